import { lifecycleOf, type MessageState } from '../../risk/bridge/lifecycle.ts';
import { type MessageRecord, messageKey } from '../../risk/bridge/records.ts';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import type { LayerZeroScanSettings } from '../../schema/chains-config.ts';
import { type SecondOpinion, secondOpinionKind, secondOpinionSchema } from '../../schema/second-opinion.ts';
import { createPool, type Pool } from '../../store/database.ts';
import { BridgeReads, type MessageFilter } from '../../store/read-bridges.ts';
import type { RunStatement } from '../../store/read-lending.ts';
import {
  appendSecondOpinion,
  type ComparedState,
  readComparedState,
  readSecondOpinions,
} from '../../store/second-opinion-store.ts';
import { Pace, runRounds } from '../https/pace.ts';
import { compareWithScan, type Verdict } from './compare.ts';
import type { ScanMessage } from './scan-answer.ts';
import type { AskScan, ScanAnswer } from './scan-client.ts';

export interface SecondOpinionOptions {
  readonly databaseUrl: string;
  readonly settings: LayerZeroScanSettings;
  readonly ask: AskScan;
  readonly signal: AbortSignal;
  /** Milliseconds. They decide when is asked, never what an answer says. */
  readonly now?: () => number;
  readonly random?: () => number;
  readonly pollMs?: number;
  readonly warn?: (message: string) => void;
}

/** The messages looked at: the newest, and the newest deliveries without a send. */
const messagesMax = 500;
const unsent = ['undetermined', 'suspected', 'confirmed'];
const everything: MessageFilter = {
  issuers: null,
  states: null,
  orphans: null,
  sourceChains: null,
  destinationChains: null,
  corridor: null,
  guid: null,
};

/**
 * Asks LayerZero Scan about messages, compares its word with what the chains say, and appends what came out of it to the log
 * where it is news. Runs until the signal. Whatever the service does, it goes on: later and more seldom.
 */
export async function giveSecondOpinions(options: SecondOpinionOptions): Promise<void> {
  const pool = createPool(options.databaseUrl, { applicationName: 'avsl second opinion', max: 2 });
  try {
    const giver = new SecondOpinionGiver(pool, options);
    await runRounds(() => giver.round(), { ...options, pollMs: options.pollMs ?? 2000 });
  } finally {
    await pool.end();
  }
}

interface Known {
  readonly issuer: string;
  readonly state: MessageState;
  readonly record: MessageRecord;
}

interface Plan {
  /** Where the message stood when it was asked about. */
  readonly stood: string;
  readonly attempts: number;
  /** Milliseconds; infinite: never again, unless it moves on. */
  readonly dueAt: number;
}

/** One step of it at a time. */
export class SecondOpinionGiver {
  readonly #pool: Pool;
  readonly #options: SecondOpinionOptions;
  readonly #pace: Pace;
  readonly #run: RunStatement;
  readonly #plans = new Map<string, Plan>();
  readonly #last = new Map<string, string>();
  #begun = false;

  constructor(pool: Pool, options: SecondOpinionOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#pace = new Pace(options.settings.requestsPerMinuteMax, options);
    this.#run = async <Row extends object>(_: string, text: string, values: unknown[]) =>
      (await pool.query(text, values)).rows as Row[];
  }

  /** Asks about every message that is due, as far as budget and the service's health allow. Returns how many were. */
  async round(): Promise<number> {
    const { signal } = this.#options;
    const state = await readComparedState(this.#pool);
    if (state === null || this.#pace.isResting) return 0;
    if (!this.#begun) await this.#remember(state);
    let asked = 0;
    for (const known of await this.#due(state)) {
      if (signal.aborted || this.#pace.isResting || !this.#pace.take()) break;
      asked++;
      await this.#askAbout(known, state);
    }
    return asked;
  }

  /** What was said before a restart is not said again. */
  async #remember(state: ComparedState): Promise<void> {
    const fromTime = state.publishedTime - this.#options.settings.giveUpAfterSeconds;
    const range = { fromTime, time: Number.MAX_SAFE_INTEGER };
    for (const { opinion } of await readSecondOpinions(this.#run, null, range)) {
      const key = messageKey(opinion.issuer, opinion.guid);
      this.#last.set(key, canonicalJson(opinion as Canonical));
      if (opinion.outcome !== 'AGREE') continue;
      const stood = `${opinion.ours.state} ${opinion.ours.delivery}`;
      this.#plans.set(key, { stood, attempts: 0, dueAt: this.#dueAfter('AGREE', opinion.ours.state, 0) });
    }
    this.#begun = true;
  }

  /** Who has waited longest first, so that the budget reaches all; of new ones deliveries without a send, then the newest. */
  async #due(state: ComparedState): Promise<Known[]> {
    const reads = new BridgeReads(this.#run);
    const at = { lineage: state.lineage, time: state.publishedTime };
    const strange = await reads.messages(at, { ...everything, orphans: unsent }, null, messagesMax);
    const newest = await reads.messages(at, everything, null, messagesMax);
    const { askAfterSeconds, giveUpAfterSeconds } = this.#options.settings;
    const due = new Map<string, Known>();
    const present = new Set<string>();
    for (const { body, issuer, openedAt } of [...strange.value, ...newest.value]) {
      const record = JSON.parse(body) as MessageRecord;
      const known: Known = { issuer, record, state: lifecycleOf(record, state.publishedTime) };
      const key = messageKey(issuer, record.guid);
      const age = state.publishedTime - openedAt;
      if (age > giveUpAfterSeconds) continue;
      present.add(key);
      if (age < askAfterSeconds && !unsent.includes(record.judged ?? '')) continue;
      const plan = this.#plans.get(key);
      if (plan?.stood === stoodOf(known) && plan.dueAt > this.#pace.now()) continue;
      due.set(key, known);
    }
    for (const of of [this.#plans, this.#last]) for (const key of of.keys()) if (!present.has(key)) of.delete(key);
    const waitedSince = (known: Known): number => {
      const plan = this.#plans.get(messageKey(known.issuer, known.record.guid));
      return plan?.stood === stoodOf(known) ? plan.dueAt : Number.NEGATIVE_INFINITY;
    };
    return [...due.values()]
      .map((known) => ({ known, since: waitedSince(known) }))
      .sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0))
      .map(({ known }) => known);
  }

  async #askAbout(known: Known, state: ComparedState): Promise<void> {
    const { record } = known;
    const { sentTransaction } = record;
    const answer = await this.#options.ask(
      sentTransaction === null ? { by: 'guid', hash: record.guid } : { by: 'tx', hash: sentTransaction },
      this.#options.signal,
    );
    this.#heed(answer);
    const found = 'problem' in answer ? null : (answer.messages.find(({ guid }) => guid === record.guid) ?? null);
    const verdict: Verdict =
      'problem' in answer
        ? { outcome: 'UNKNOWN', reason: `Scan has not told: ${answer.problem}.` }
        : compareWithScan(record, known.state, found, (chainId) => state.coveredTimes.get(chainId) ?? null);
    const key = messageKey(known.issuer, record.guid);
    await this.#say(key, opinionOf(known, found, verdict), state);
    const stood = stoodOf(known);
    const former = this.#plans.get(key);
    const attempts = former?.stood === stood ? former.attempts + 1 : 0;
    this.#plans.set(key, { stood, attempts, dueAt: this.#dueAfter(verdict.outcome, known.state, attempts) });
  }

  /** A service that fails is left alone, longer each time. */
  #heed(answer: ScanAnswer): void {
    if (!('problem' in answer)) {
      this.#pace.answered();
      return;
    }
    const waitMs = this.#pace.failed(answer.retryAfterSeconds);
    this.#options.warn?.(
      `LayerZero Scan (${this.#options.settings.api}): ${answer.problem}; it is asked again in ${Math.ceil(waitMs / 1000)} s. ` +
        'Nothing that is published depends on it.',
    );
  }

  #dueAfter(outcome: SecondOpinion['outcome'], state: string, attempts: number): number {
    const isOver = state === 'delivered' || state === 'composed' || state === 'burnt' || state === 'skipped';
    if (outcome === 'AGREE' && isOver) return Number.POSITIVE_INFINITY;
    return this.#pace.now() + this.#pace.backOffMs(attempts);
  }

  async #say(key: string, opinion: SecondOpinion, { publishedTime }: ComparedState): Promise<void> {
    const payload = canonicalJson(opinion as Canonical);
    if (this.#last.get(key) === payload) return;
    await appendSecondOpinion(this.#pool, {
      effectiveTime: publishedTime,
      sourceTime: Math.floor(this.#pace.now() / 1000),
      kind: secondOpinionKind,
      payload,
    });
    this.#last.set(key, payload);
  }
}

const stoodOf = ({ record, state }: Known): string => `${state} ${record.judged}`;

const opinionOf = ({ issuer, record, state }: Known, found: ScanMessage | null, verdict: Verdict): SecondOpinion =>
  secondOpinionSchema.parse({
    source: 'layerzero-scan',
    issuer,
    guid: record.guid,
    ours: { state, delivery: record.judged },
    theirs: found?.status ?? null,
    sourceTransaction: found?.sourceTransaction ?? null,
    destinationTransaction: found?.destinationTransaction ?? null,
    ...verdict,
  });
