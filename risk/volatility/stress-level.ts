import { InvariantError } from '../../schema/errors.ts';

/**
 * How long an asset's V stood at which level. Plain data, so that the state of the fold can hold it. Levels are counted in
 * hundredths; time before the window is forgotten a bucket of 30 days at a time.
 */
export type VHistory = {
  /** The level in force, and since when (seconds). */
  readonly level: number;
  readonly since: number;
  /** Ascending: number of the bucket, and the seconds spent in each level, ascending. */
  readonly buckets: readonly (readonly [
    bucket: number,
    levels: readonly (readonly [level: number, seconds: number])[],
  ])[];
};

/** Width of a level. */
export const LEVEL_WIDTH = 0.01;
const BUCKET_SECONDS = 30 * 86_400;
/** Three years of 365 days, and the part of a bucket that the oldest one reaches beyond them. */
const BUCKETS_KEPT = 37;
const SHARE = 0.99;
const STRESS_MAX = 3;
const DAY_SECONDS = 86_400;

/** What an asset's row remembers of its V. */
export type StressHistory = {
  readonly history: VHistory | null;
  /** `percentile99` as of the first closing of day `day` (days since the epoch); null: not known yet. */
  readonly p99: number | null;
  readonly day: number;
};

export const noStressHistory: StressHistory = { history: null, p99: null, day: -1 };

/**
 * The history after a closing. The percentile is looked up once a day: it moves slowly, and costs as much as the history
 * is long.
 * @param v the V of this closing without hold; null: missing, and the level before it stands
 */
export function afterClosing(before: StressHistory, time: number, v: number | null): StressHistory {
  const history = v === null ? before.history : withV(before.history, time, v);
  const day = Math.floor(time / DAY_SECONDS);
  if (day !== before.day) return { history, p99: history && percentile99(history, time), day };
  return history === before.history ? before : { ...before, history };
}

/** V_stress = min(3, max(floor of its class, p99)), annualised. Source: risk model 1.7. */
export const stressLevel = (floor: number, p99: number | null): number =>
  Math.min(STRESS_MAX, Math.max(floor, p99 ?? 0));

/**
 * From `time` on, V is `v`. Nothing changes while it stays in its level. A level is named by its upper edge, so that what
 * is read from the history is never below what was.
 *
 * @param history null before the first V
 * @param time seconds, ascending
 * @throws {InvariantError} for a V below 0 or a time before the last.
 */
export function withV(history: VHistory | null, time: number, v: number): VHistory {
  if (!(v >= 0 && v < Number.POSITIVE_INFINITY)) throw new InvariantError(`V is >= 0 and finite, found ${v}`);
  const level = Math.ceil(v / LEVEL_WIDTH);
  if (history === null) return { level, since: time, buckets: [] };
  if (time < history.since) throw new InvariantError(`V at ${time} after V at ${history.since}`);
  if (level === history.level) return history;
  return { level, since: time, buckets: spent(history, time) };
}

/**
 * The 99th percentile, by time, of V over the last three years (the whole history while it is shorter): the smallest
 * level at or below which V stood for 99 % of them. Null before any time has passed.
 * Source: risk model 1.7, "trailing-3y p99 of V".
 */
export function percentile99(history: VHistory, time: number): number | null {
  const seconds = new Map<number, number>();
  let total = 0;
  for (const [, levels] of spent(history, time)) {
    for (const [level, spentThere] of levels) {
      seconds.set(level, (seconds.get(level) ?? 0) + spentThere);
      total += spentThere;
    }
  }
  if (total === 0) return null;
  let below = 0;
  for (const level of [...seconds.keys()].sort((a, b) => a - b)) {
    below += seconds.get(level) as number;
    if (below >= SHARE * total) return level * LEVEL_WIDTH;
  }
  throw new InvariantError('A sum of seconds was lost');
}

/** The buckets with the time since `since` counted to the level in force. */
function spent({ level, since, buckets }: VHistory, time: number): VHistory['buckets'] {
  const all = [...buckets];
  for (let from = since; from < time; ) {
    const bucket = Math.floor(from / BUCKET_SECONDS);
    const to = Math.min(time, (bucket + 1) * BUCKET_SECONDS);
    const last = all.at(-1);
    if (last?.[0] === bucket) all[all.length - 1] = [bucket, added(last[1], level, to - from)];
    else all.push([bucket, [[level, to - from]]]);
    from = to;
  }
  const oldest = Math.floor(time / BUCKET_SECONDS) - BUCKETS_KEPT + 1;
  return all.filter(([bucket]) => bucket >= oldest);
}

function added(levels: VHistory['buckets'][number][1], level: number, seconds: number): VHistory['buckets'][number][1] {
  const at = levels.findIndex((entry) => entry[0] >= level);
  if (at < 0) return [...levels, [level, seconds]];
  const found = levels[at] as (typeof levels)[number];
  if (found[0] !== level) return levels.toSpliced(at, 0, [level, seconds]);
  return levels.with(at, [level, found[1] + seconds]);
}
