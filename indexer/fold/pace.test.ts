import { describe, expect, it } from 'vitest';
import { coveredThrough, finalThrough, Pace } from './pace.ts';

const at = (...times: number[]) => times.map((toTime) => ({ toTime }));

describe('how far the fold goes', () => {
  it('a step is covered and final only when every chain is past it', () => {
    expect(coveredThrough(at(120, 121), 12)).toBe(108);
    expect(coveredThrough(at(121, 500), 12)).toBe(120);
    expect(finalThrough([{ finalisedTime: 24 }, { finalisedTime: 25 }], 12)).toBe(12);
    expect(coveredThrough([], 12)).toBe(-1);
  });

  it('waits for a chain that is a little behind, then goes on without it', () => {
    const pace = new Pace(1, { holdBackMsMax: 3000, speculationSecondsMax: 120 });
    expect(pace.provisionalThrough(at(1000, 1010), 0, -1)).toBe(999);
    expect(pace.provisionalThrough(at(1000, 1011), 2999, -1)).toBe(999);
    expect(pace.provisionalThrough(at(1000, 1012), 3000, -1)).toBe(1009);
    expect(pace.provisionalThrough(at(1000, 1012), 5999, -1)).toBe(1010);
    expect(pace.provisionalThrough(at(1013, 1012), 6000, -1)).toBe(1011);
  });

  it('never goes further than speculation allows: catching up follows the slowest chain', () => {
    const pace = new Pace(1, { holdBackMsMax: 0, speculationSecondsMax: 120 });
    expect(pace.provisionalThrough(at(1000, 1120), 0, -1)).toBe(1119);
    expect(pace.provisionalThrough(at(1000, 1121), 1, -1)).toBe(999);
  });

  it('never less far than what is published, after a restart either', () => {
    const published = 1119;
    const restarted = new Pace(1, { holdBackMsMax: 3000, speculationSecondsMax: 120 });
    expect(restarted.provisionalThrough(at(1000, 1120), 0, published)).toBe(published);
    expect(restarted.provisionalThrough(at(1000, 1500), 60_000, published)).toBe(published);
    expect(restarted.provisionalThrough(at(900, 950), 60_001, published)).toBe(published);
    expect(restarted.provisionalThrough(at(1400, 1500), 120_000, published)).toBe(1499);
  });
});
