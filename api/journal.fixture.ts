import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Canonical, canonicalJson } from '../schema/canonical.ts';
import type { ModelParameters } from '../schema/events.ts';
import { ChainId } from '../schema/ids.ts';
import { observationStreams } from '../schema/order-key.ts';
import { usualParameters } from '../schema/parameters.fixture.ts';
import type { JournalBody, JournalKind, PublishedAsset } from '../schema/published.ts';
import { toWadRoundedUp } from '../schema/units.ts';
import { noBridgeRows } from '../store/bridge-store.ts';
import { createPool, type Pool } from '../store/database.ts';
import { openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import {
  acquireLease,
  appendObservation,
  commitFold,
  type FeedVersion,
  insertLineage,
  JOURNAL_ORIGIN,
  type JournalEntry,
  journalEntry,
} from '../store/fold-store.ts';
import { noLendingRows } from '../store/lending-store.ts';
import { migrate } from '../store/migrate.ts';

export const stepSeconds = 12;
/** A closing time. */
export const t0 = 1_700_000_004;
/** The closing time of the k-th step after `t0`. */
export const at = (k: number) => t0 + k * stepSeconds;
export const isoAt = (k: number) => new Date(at(k) * 1000).toISOString();

export interface Entry {
  readonly kind: JournalKind;
  /** Steps after `t0`. */
  readonly k: number;
  readonly assets: { readonly [asset: string]: PublishedAsset };
  readonly supersedes?: number;
  readonly retracted?: readonly string[];
  readonly switchedFrom?: string;
}

const parameters: ModelParameters = { ...usualParameters(), stepSeconds, holdSeconds: 86_400 };

/** A published value with one used and one refused source. */
export function published(vScalar: number, price: number | null = 2000, k = 0): PublishedAsset {
  const source = {
    group: 'chainlink',
    confidence: 1.5,
    deviation: 0.001,
    sigmaFast: vScalar,
    sigmaSlow: 0.4,
    jumpShare: 0.25,
  };
  return {
    status: price === null ? 'insufficient' : 'ok',
    statusSince: at(k) - 600,
    price,
    pricedAt: price === null ? null : at(k),
    confidence: price === null ? null : 2,
    confidenceAll: price === null ? null : 2.5,
    lo: price === null ? null : price - 2,
    hi: price === null ? null : price + 2,
    flags: [['pyth', 'wide']],
    keepers: { newBorrow: price !== null, liquidation: price === null ? 'none' : 'both-bounds' },
    groups: price === null ? [] : [{ id: 'chainlink', price, confidence: 1.5, weight: 1, sigmaFast: vScalar }],
    sources: [
      {
        ...source,
        feed: 'ethereum/chainlink/ETH-USD',
        used: true,
        refused: null,
        price,
        observedAt: at(k) - 7,
        ageSeconds: 7,
      },
      {
        ...{ feed: 'base/pyth/ETH-USD', group: 'pyth', used: false, refused: 'stale', price: 1990, confidence: null },
        ...{
          observedAt: at(k) - 900,
          ageSeconds: 900,
          deviation: -0.005,
          sigmaFast: null,
          sigmaSlow: null,
          jumpShare: null,
        },
        flags: ['future-dated'],
      },
    ],
    volatility: {
      options: [
        {
          ...{ feed: 'derive/ETH', group: 'derive', refused: 'no-near-expiry', ageSeconds: 20, flags: [] },
          ...{ expiries: [at(k) + 86_400], faults: [[at(k) + 172_800, 'butterfly']] },
          ...{ atForward: null, skew: null, riskReversal: null, butterfly: null },
          ...{ modelFreeVolatility: 0.71, volatilityIndex: 0.735 },
        },
      ],
      sigmaFast: vScalar,
      sigmaSlow: 0.4,
      jumpShare: 0.25,
      skew: null,
    },
    vScalar: {
      value: vScalar,
      wad: toWadRoundedUp(vScalar).toString(),
      alpha: 1,
      raw: vScalar,
      flags: ['no-options'],
      hold: price === null ? { value: vScalar, sigma: 0.5, until: at(k) + 86_400, lost: ['api3'] } : null,
    },
  };
}

/** Writes what the fold would, through the fold's own commit, so that hashes, tables and notifications are the real ones. */
export class JournalFixture {
  readonly pool: Pool;
  readonly #epoch: number;
  lineage = 'lineage-one';
  /** Steps after `t0`. */
  finalK = -1;
  publishedK = -1;
  #seq = 0;
  #hash = JOURNAL_ORIGIN;

  private constructor(pool: Pool, epoch: number) {
    this.pool = pool;
    this.#epoch = epoch;
  }

  static async open(url: string): Promise<JournalFixture> {
    await migrate({ url, network: 'devnet', chainIds: [ChainId(1), ChainId(8453)] });
    const pool = createPool(url, { applicationName: 'fixture' });
    const fixture = new JournalFixture(pool, await acquireLease(pool, 'fixture'));
    await fixture.addLineage('lineage-one');
    return fixture;
  }

  /** A lineage whose configuration, in the log, has the parameters of all tests but for `changed`. */
  async addLineage(id: string, changed: Partial<ModelParameters> = {}): Promise<void> {
    this.lineage = id;
    const configurationSha256 = `c0ffee-${id}`;
    const content = { parameters: { ...parameters, ...changed }, assets: {}, chains: {} };
    await appendObservation(this.pool, {
      ...{ stream: observationStreams.configuration, effectiveTime: 0, sourceTime: 0, kind: 'ConfigAdopted' },
      payload: canonicalJson({ sha256: configurationSha256, content } as unknown as Canonical),
    });
    await insertLineage(this.pool, {
      id,
      network: 'devnet',
      configurationSha256,
      modelVersion: 'model-1',
      startBlocks: '{"1":0,"8453":0}',
    });
  }

  /** One commit. The clock says the newest published step closed just now. */
  async publish(entries: readonly Entry[], feedVersions: readonly FeedVersion[] = []): Promise<JournalEntry[]> {
    const journal = entries.map((entry) => {
      if (entry.kind === 'final') this.finalK = Math.max(this.finalK, entry.k);
      this.publishedK = Math.max(this.publishedK, entry.k);
      const made = journalEntry(this.#seq + 1, this.#hash, this.#body(entry));
      this.#seq = made.seq;
      this.#hash = made.hash;
      return made;
    });
    const time = (k: number) => (k < 0 ? -1 : at(k));
    await commitFold(this.pool, {
      epoch: this.#epoch,
      lineage: this.lineage,
      batches: { '1': 1 },
      finalTime: time(this.finalK),
      publishedTime: time(this.publishedK),
      digest: this.finalK < 0 ? null : { digest: 'd1635', time: time(this.finalK) },
      journal,
      rewindVersionsTo: null,
      feedVersions,
      lending: noLendingRows,
      bridges: noBridgeRows,
      checkpoint: null,
      chains: this.#report() as unknown as Canonical,
    });
    return journal;
  }

  #body(entry: Entry): JournalBody {
    return {
      kind: entry.kind,
      lineage: this.lineage,
      step: at(entry.k) / stepSeconds,
      time: at(entry.k),
      cut: [
        { chainId: 1, number: 100 + entry.k, hash: blockHash(1, 100 + entry.k) },
        { chainId: 8453, number: 600 + entry.k, hash: blockHash(8453, 600 + entry.k) },
      ],
      supersedes: entry.supersedes ?? null,
      behind: entry.kind === 'provisional' ? [8453] : [],
      values: {
        assets: entry.assets,
        ...(entry.retracted ? { retracted: entry.retracted } : {}),
        ...(entry.switchedFrom ? { switchedFrom: entry.switchedFrom } : {}),
      },
    };
  }

  #report() {
    const chain = (id: number, name: string, block: number, included: boolean) => ({
      ...{ name, included, block, blockHash: blockHash(id, block), coveredTime: at(this.publishedK) },
      ...{ finalisedBlock: block - 2, finalisedTime: at(Math.max(0, this.finalK)) },
    });
    return {
      chains: {
        '8453': chain(8453, 'base', 600 + this.publishedK, false),
        '1': chain(1, 'ethereum', 100 + this.publishedK, true),
      },
      clock: { network: 'devnet', chainTime: at(Math.max(0, this.publishedK)), wallMs: Date.now() },
      parameters,
      assets: [
        { id: 'LINK', class: 'volatile', root: 'LINK' },
        { id: 'ETH', class: 'volatile', root: 'ETH' },
        { id: 'BTC', class: 'volatile', root: 'BTC' },
      ],
    };
  }

  /** Blocks with rows, at the closing time of their step or `early` seconds before, and the batch that brought them. */
  async addBlocks(chainId: number, numbers: readonly (readonly [number: number, time: number])[]): Promise<void> {
    for (const [number, time] of numbers) {
      await this.pool.query(
        `INSERT INTO block (chain_id, number, hash, parent_hash, timestamp, log_count, logs_sha256, batch_no)
         VALUES ($1, $2, $3, '\\x00', $4, 1, '\\x00', 1)`,
        [chainId, number, bytes(blockHash(chainId, number)), time],
      );
    }
    const [number, time] = numbers.at(-1) as readonly [number, number];
    await this.pool.query(
      `INSERT INTO batch (chain_id, batch_no, from_block, to_block, to_hash, to_time, finalised_block, finalised_time)
       VALUES ($1, 1, 0, $2, $3, $4, 0, 0)`,
      [chainId, number, bytes(blockHash(chainId, number)), time],
    );
  }

  async addDisplacedBlock(chainId: number, number: number, hash: string): Promise<void> {
    await this.pool.query(
      `INSERT INTO block_orphaned (chain_id, number, hash, parent_hash, timestamp, log_count, logs_sha256, batch_no, displaced_by)
       VALUES ($1, $2, $3, '\\x00', 0, 1, '\\x00', 1, 2)`,
      [chainId, number, bytes(hash)],
    );
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

export function blockHash(chainId: number, number: number): string {
  return `0x${chainId.toString(16).padStart(8, '0')}${number.toString(16).padStart(56, '0')}`;
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex.slice(2), 'hex');
}

/** A PostgreSQL of its own, with as many empty databases as wanted. */
export async function openDatabases(): Promise<{ create(name: string): Promise<string>; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'avsl-api-'));
  // The server may run as another user.
  await chmod(dataDir, 0o755);
  const postgres = await openEmbeddedPostgres({ dataDir, log: () => {} });
  const admin = createPool(postgres.url, { applicationName: 'fixture-admin', max: 1 });
  return {
    create: async (name) => {
      await admin.query(`CREATE DATABASE ${name}`);
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    stop: async () => {
      await admin.end();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
