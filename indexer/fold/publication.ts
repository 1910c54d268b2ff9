import type { Closing } from '../../risk/fold.ts';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import { CONTAGION, type Cut, type JournalBody } from '../../schema/published.ts';
import { type JournalEntry, journalEntry } from '../../store/fold-store.ts';
import type { EngineFrame } from './engine.ts';

/** The body of a closing's journal entry. */
export function journalBody(
  closing: Closing,
  lineage: string,
  kind: JournalBody['kind'],
  extra: Partial<Pick<JournalBody, 'supersedes' | 'behind'>> = {},
): JournalBody {
  return {
    kind,
    lineage,
    step: closing.step,
    time: closing.time,
    cut: closing.cut,
    supersedes: extra.supersedes ?? null,
    behind: extra.behind ?? [],
    values: {
      assets: closing.assets,
      ...(closing.contagion && { contagion: closing.contagion }),
      ...(closing.parameters ? { parameters: closing.parameters as unknown as Canonical } : {}),
    },
  };
}

/** What of a closing can be retracted, sorted. */
export function publishedNames({ assets, contagion }: Pick<JournalBody['values'], 'assets' | 'contagion'>): string[] {
  return [...Object.keys(assets), ...(contagion ? [CONTAGION] : [])].sort();
}

/** What must be equal for a refold to publish nothing. */
const substance = (body: JournalBody): string =>
  canonicalJson({ cut: body.cut, step: body.step, values: body.values } as unknown as Canonical);

interface Published {
  readonly seq: number;
  readonly substance: string;
  readonly names: readonly string[];
}

/** What a round adds to the journal. `settle` is called once it is stored. */
export interface Draft {
  readonly journal: readonly JournalEntry[];
  settle(): void;
}

/**
 * What we told the world of one lineage, and what must be said next. Everything at or before `finalTime` was published as
 * final; above it, the newest entry per closing time is remembered, so that the same bytes again publish nothing.
 */
export class Publication {
  readonly #lineage: string;
  readonly #stepSeconds: number;
  #seq: number;
  #hash: string;
  #finalTime: number;
  #provisional = new Map<number, Published>();

  constructor(options: {
    readonly lineage: string;
    readonly stepSeconds: number;
    readonly seq: number;
    readonly hash: string;
    readonly finalTime: number;
  }) {
    this.#lineage = options.lineage;
    this.#stepSeconds = options.stepSeconds;
    this.#seq = options.seq;
    this.#hash = options.hash;
    this.#finalTime = options.finalTime;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Closing time in seconds, -1 before the first. */
  get finalTime(): number {
    return this.#finalTime;
  }

  /** Takes in an entry of a former process that lies above the final time. */
  remember({ seq, parsed }: JournalEntry): void {
    if (parsed.kind !== 'provisional' && parsed.kind !== 'superseding') return;
    this.#provisional.set(parsed.time, published(seq, parsed));
  }

  /**
   * The entries that make the journal say what the engine holds: `finalised` frames as final records, then `frames` above
   * `finalTime` as provisional ones, with superseding entries where something else was said before, or nothing is left.
   */
  draft(round: {
    readonly finalised: readonly EngineFrame[];
    readonly frames: readonly EngineFrame[];
    readonly finalTime: number;
    readonly foldedTime: number;
    readonly cut: Cut;
    /** Included chains that do not cover a time yet. */
    readonly behind: (time: number) => readonly number[];
  }): Draft {
    const journal: JournalEntry[] = [];
    const say = (body: JournalBody): JournalEntry => {
      const entry = journalEntry(this.#seq + journal.length + 1, journal.at(-1)?.hash ?? this.#hash, body);
      journal.push(entry);
      return entry;
    };
    const provisional = new Map(this.#provisional);
    const finalTime = Math.max(this.#finalTime, round.finalTime);
    const finals = new Map<number, Closing>();
    for (const { closing } of round.finalised) {
      if (!closing || closing.time <= this.#finalTime) continue;
      finals.set(closing.time, closing);
      say(journalBody(closing, this.#lineage, 'final'));
    }
    for (const [time, former] of ascending(provisional)) {
      if (time > finalTime) continue;
      // A provisional closing whose news vanished is taken back when the final record passes it.
      const lost = missingFrom(finals.get(time), former);
      if (lost.length > 0) say(this.#retraction(time, former.seq, lost, round.cut));
      provisional.delete(time);
    }
    const standing = new Set<number>();
    for (const { closing } of round.frames) {
      if (!closing || closing.time <= finalTime) continue;
      standing.add(closing.time);
      const former = provisional.get(closing.time);
      const body = journalBody(closing, this.#lineage, former ? 'superseding' : 'provisional', {
        supersedes: former?.seq ?? null,
        behind: round.behind(closing.time),
      });
      if (former?.substance === substance(body)) continue;
      const retracted = former ? missingFrom(closing, former) : [];
      const entry = say(retracted.length > 0 ? { ...body, values: { ...body.values, retracted } } : body);
      provisional.set(closing.time, published(entry.seq, body));
    }
    for (const [time, former] of ascending(provisional)) {
      if (standing.has(time) || time > round.foldedTime || former.names.length === 0) continue;
      const entry = say(this.#retraction(time, former.seq, former.names, round.cut));
      provisional.set(time, published(entry.seq, entry.parsed));
    }
    return {
      journal,
      settle: () => {
        this.#seq += journal.length;
        this.#hash = journal.at(-1)?.hash ?? this.#hash;
        this.#finalTime = finalTime;
        this.#provisional = provisional;
      },
    };
  }

  #retraction(time: number, supersedes: number, retracted: readonly string[], cut: Cut): JournalBody {
    return {
      kind: 'superseding',
      lineage: this.#lineage,
      step: Math.ceil(time / this.#stepSeconds),
      time,
      cut,
      supersedes,
      behind: [],
      values: { assets: {}, retracted: [...retracted] },
    };
  }
}

function published(seq: number, body: JournalBody): Published {
  return { seq, substance: substance(body), names: publishedNames(body.values) };
}

function missingFrom(closing: Closing | undefined, { names }: Published): string[] {
  const present = closing ? publishedNames(closing) : [];
  return names.filter((name) => !present.includes(name));
}

function ascending<T>(byTime: ReadonlyMap<number, T>): [number, T][] {
  return [...byTime].sort(([a], [b]) => a - b);
}
