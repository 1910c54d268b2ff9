import { canonicalJson } from '../../schema/canonical.ts';
import type { DeribitSettings } from '../../schema/chains-config.ts';
import { type OptionChain, optionChainKind } from '../../schema/option-chain.ts';
import { observationStreams } from '../../schema/order-key.ts';
import { createPool, type Pool } from '../../store/database.ts';
import { receiveObservation } from '../../store/received-store.ts';
import { Pace, runRounds } from '../https/pace.ts';
import { askDeribit, type Refusal } from './deribit-client.ts';

export interface OptionQuotesOptions {
  readonly databaseUrl: string;
  readonly settings: DeribitSettings;
  readonly signal: AbortSignal;
  /** Milliseconds. They say when an answer came, and decide when is asked. */
  readonly now?: () => number;
  readonly random?: () => number;
  readonly pollMs?: number;
  readonly warn?: (message: string) => void;
}

const requestsPerMarket = 2;

/**
 * Asks Deribit for the chains of the configured markets and hands them to the fold, which appends them to the log. Runs
 * until the signal. Whatever the service does, it goes on: later and more seldom. The fold holds V once quotes are too old.
 */
export async function recordOptionQuotes(options: OptionQuotesOptions): Promise<void> {
  const pool = createPool(options.databaseUrl, { applicationName: 'avsl option quotes', max: 1 });
  try {
    const recorder = new OptionQuoteRecorder(pool, options);
    await runRounds(() => recorder.round(), { ...options, pollMs: options.pollMs ?? 1000 });
  } finally {
    await pool.end();
  }
}

/** One step of it at a time. */
export class OptionQuoteRecorder {
  readonly #pool: Pool;
  readonly #options: OptionQuotesOptions;
  readonly #pace: Pace;
  /** By currency. */
  readonly #dueAt = new Map<string, number>();
  readonly #observedAt = new Map<string, number>();

  constructor(pool: Pool, options: OptionQuotesOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#pace = new Pace(options.settings.requestsPerMinuteMax, options);
  }

  /** Asks about every market that is due, as far as budget and the service's health allow. Returns how many it recorded. */
  async round(): Promise<number> {
    const { settings, signal } = this.#options;
    let recorded = 0;
    const currencies = [...new Set(Object.values(settings.markets).map(({ currency }) => currency))].sort();
    for (const currency of currencies.filter((one) => (this.#dueAt.get(one) ?? 0) <= this.#pace.now())) {
      if (signal.aborted || this.#pace.isResting || !this.#pace.take(requestsPerMarket)) break;
      this.#dueAt.set(currency, this.#pace.now() + settings.everySeconds * 1000);
      const answer = await askDeribit(settings, currency, this.#pace.now(), signal);
      if ('problem' in answer) {
        this.#dueAt.delete(currency);
        this.#rest(currency, answer);
        continue;
      }
      this.#pace.answered();
      if (answer.indexProblem !== null) {
        this.#options.warn?.(
          `Deribit (${settings.api}) has told no volatility index of ${currency}: ${answer.indexProblem}`,
        );
      }
      if (await this.#record(answer.chain)) recorded++;
    }
    return recorded;
  }

  /** A service that fails is left alone, longer each time. */
  #rest(currency: string, { problem, retryAfterSeconds }: Refusal): void {
    const waitMs = this.#pace.failed(retryAfterSeconds);
    this.#options.warn?.(
      `Deribit (${this.#options.settings.api}) has told nothing of ${currency}: ${problem}; it is asked again in ` +
        `${Math.ceil(waitMs / 1000)} s. Once its last quotes are 15 minutes old they do not count, and V does not fall for a day. ` +
        'If this lasts, check deribit.api and deribit.markets of chains.json.',
    );
  }

  /** False: the venue says what it has said before. */
  async #record(chain: OptionChain): Promise<boolean> {
    if (this.#observedAt.get(chain.currency) === chain.observedAt) return false;
    await receiveObservation(this.#pool, {
      stream: observationStreams.optionChains,
      sourceTime: Math.floor(this.#pace.now() / 1000),
      kind: optionChainKind,
      payload: canonicalJson(chain),
    });
    this.#observedAt.set(chain.currency, chain.observedAt);
    return true;
  }
}
