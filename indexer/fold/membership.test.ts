import { describe, expect, it } from 'vitest';
import { ChainId } from '../../schema/ids.ts';
import { observationStreams } from '../../schema/order-key.ts';
import { observationOf } from '../sources/observations.ts';
import { Membership } from './membership.ts';

const chainId = ChainId(7);
const row = (position: number, effectiveTime: number, event: Parameters<typeof observationOf>[0]) => ({
  stream: observationStreams.membership,
  position,
  effectiveTime,
  sourceTime: effectiveTime,
  ...observationOf(event),
});
const excluded = row(1, 500, { type: 'ChainExcluded', chainId, lastBlock: 40, atStep: 41 });
const returned = row(2, 900, { type: 'ChainReturned', chainId, throughBlock: 60, atStep: 75 });

describe('membership', () => {
  it('an excluded chain keeps what it had; the rest waits for its return', () => {
    const membership = new Membership([excluded]);
    expect(membership.includes(7)).toBe(false);
    expect(membership.includes(8)).toBe(true);
    expect(membership.lastBlock(7)).toBe(40);
    expect(membership.effectiveTime(7, 40, 480)).toBe(480);
    expect(membership.effectiveTime(7, 41, 492)).toBeNull();
  });

  it('what it brings late takes the time of its return, later blocks their own', () => {
    const membership = new Membership([excluded, returned]);
    expect(membership.includes(7)).toBe(true);
    expect(membership.lastBlock(7)).toBeNull();
    expect(membership.effectiveTime(7, 40, 480)).toBe(480);
    expect(membership.effectiveTime(7, 41, 492)).toBe(900);
    expect(membership.effectiveTime(7, 60, 720)).toBe(900);
    expect(membership.effectiveTime(7, 61, 732)).toBe(900);
    expect(membership.effectiveTime(7, 80, 960)).toBe(960);
  });

  it('a return without an absence contradicts the log', () => {
    expect(() => new Membership([returned])).toThrow(/returned without an absence/);
  });
});
