/** Ticks in force: `ticks[i]` from `times[i]` on (seconds) until `times[i + 1]`, the last one until now. Times ascend strictly. */
export type TickPath = {
  readonly times: readonly number[];
  readonly ticks: readonly number[];
};

/**
 * The integral of the tick over [from, to], in tick seconds: what a Uniswap v3 pool's `tickCumulative` grew by. Exact:
 * the largest tick times any window stays far below 2^53. Null when the path begins after `from`.
 */
export function tickSeconds({ times, ticks }: TickPath, from: number, to: number): number | null {
  const first = times[0];
  if (first === undefined || first > from) return null;
  let sum = 0;
  let end = to;
  for (let i = times.length - 1; i >= 0 && end > from; i--) {
    const start = Math.max(times[i] as number, from);
    if (start >= end) continue;
    sum += (ticks[i] as number) * (end - start);
    end = start;
  }
  return sum;
}

/**
 * Mean tick over `seconds`, rounded towards negative infinity.
 * Source: `OracleLibrary.consult` of @uniswap/v3-periphery.
 */
export function meanTick(tickSecondsInWindow: number, seconds: number): number {
  // The quotient of two integers this small is never rounded up to an integer it does not reach.
  return Math.floor(tickSecondsInWindow / seconds);
}

/** The path with `tick` in force from `time` on, cut to what a window of `keepSeconds` that ends at `time` or later needs. */
export function withTick(path: TickPath, time: number, tick: number, keepSeconds: number): TickPath {
  const { times, ticks } = path;
  const last = times.length - 1;
  const lastTime = times[last];
  if (lastTime !== undefined && time <= lastTime) {
    // Several prices at one time: the last one holds, the others held for no time at all.
    return { times, ticks: [...ticks.slice(0, last), tick] };
  }
  let first = 0;
  while (first < last && (times[first + 1] as number) <= time - keepSeconds) first++;
  const keptTimes = times.slice(first);
  const keptTicks = ticks.slice(first);
  keptTimes.push(time);
  keptTicks.push(tick);
  return { times: keptTimes, ticks: keptTicks };
}
