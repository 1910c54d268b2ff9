import { drawStream } from './draws.ts';
import type { ChainName } from './networks.ts';
import { phaseStart, type Scenario } from './scenario.ts';

/** Blocks 1 and 2 deploy and configure; every later block is a slot in which oracles may report. */
export const setupBlocks = 2;

/** Unix time of block n at index n; block 0 is the genesis. A function of scenario and seed alone. */
export function blockTimes(scenario: Scenario, seed: number, chain: ChainName): readonly number[] {
  const { offsetSeconds, calmSpacingSeconds, crashSpacingSeconds, liveBlockSeconds } = scenario.chains[chain];
  const draws = drawStream(seed, `blocks ${chain}`);
  const crash = phaseStart(scenario, 'crash') + offsetSeconds;
  const live = phaseStart(scenario, 'live') + offsetSeconds;
  let time = scenario.startsAt + offsetSeconds;
  const times = [time];
  while (times.length <= scenario.blocksMax) {
    const n = times.length;
    if (n <= setupBlocks + 1 || time >= live) {
      time += liveBlockSeconds;
    } else {
      const [low, high] = time < crash ? calmSpacingSeconds : crashSpacingSeconds;
      const end = time < crash ? crash : live;
      // The first block of a phase is exactly at its start, so that each chain keeps its own offset.
      time = Math.min(end, time + low + Math.floor(draws.uniform(n) * (high - low + 1)));
    }
    times.push(time);
  }
  return times;
}
