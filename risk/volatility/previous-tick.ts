/**
 * The price in force at each time of `grid`: the last tick at or before it, null before the first. No look-ahead.
 * `times` and `prices` pair by position; `times` and `grid` ascend, in seconds; of ticks at one time the last counts.
 * Source: risk model 2. Golden file: realized_vol.json (`previous_tick`, `prev_tick_5min`).
 */
export function previousTick(
  times: readonly number[],
  prices: readonly number[],
  grid: readonly number[],
): (number | null)[] {
  let next = 0;
  return grid.map((time) => {
    while (next < times.length && (times[next] as number) <= time) next++;
    return next === 0 ? null : (prices[next - 1] as number);
  });
}
