import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { JournalFeed } from './journal-feed.ts';
import { nowOf } from './view.ts';

export interface ApiMetrics {
  readonly registry: Registry;
  /** Seconds, by path and HTTP status. */
  readonly requestSeconds: Histogram<'path' | 'status'>;
  readonly errors: Counter<'code'>;
}

export function apiMetrics(feed: JournalFeed): ApiMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'avsl_api_subscriptions',
    help: 'Open subscriptions',
    registers,
    collect() {
      this.set(feed.open);
    },
  });
  new Gauge({
    name: 'avsl_journal_seq',
    help: 'Newest journal entry at the last poll',
    registers,
    collect() {
      this.set(feed.head?.lastSeq ?? 0);
    },
  });
  new Gauge({
    name: 'avsl_published_age_seconds',
    help: 'Age of the newest published step at the last poll',
    registers,
    collect() {
      const { head } = feed;
      if (head && head.publishedTime >= 0) this.set(nowOf(head) - head.publishedTime);
    },
  });
  new Gauge({
    name: 'avsl_chain_lag_seconds',
    help: 'Seconds since the newest indexed block of each chain, at the last poll',
    labelNames: ['chain'],
    registers,
    collect() {
      const { head } = feed;
      for (const chain of Object.values(head?.report.chains ?? {})) {
        if (chain.coveredTime > 0) this.set({ chain: chain.name }, nowOf(head) - chain.coveredTime);
      }
    },
  });
  return {
    registry,
    requestSeconds: new Histogram({
      name: 'avsl_api_request_seconds',
      help: 'Time to the end of the answer, streams left out',
      labelNames: ['path', 'status'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    }),
    errors: new Counter({
      name: 'avsl_api_errors_total',
      help: 'Errors answered, by code',
      labelNames: ['code'],
      registers,
    }),
  };
}
