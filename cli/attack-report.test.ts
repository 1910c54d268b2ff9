import { describe, expect, it } from 'vitest';
import type { Report } from '../risk/fusion/adversary.ts';
import { type Attack, attackTable, measureAttacks, rules, violations } from './attack/measure.ts';

const attacks = measureAttacks(2);
const named = ({ sources, colluding }: Attack) => `${colluding} of ${sources}`;

describe('avsl attack-report', () => {
  it('attacks with every number of liars up to the majority', () => {
    expect(attacks.map(named)).toEqual([
      '1 of 3',
      '2 of 3',
      '1 of 5',
      '2 of 5',
      '3 of 5',
      '1 of 7',
      '2 of 7',
      '3 of 7',
      '4 of 7',
    ]);
  });

  it('finds a minority within the bound and close to it, and a majority without any', () => {
    expect(violations(attacks)).toEqual([]);
    const isMajority = ({ sources, colluding }: Attack) => 2 * colluding > sources;
    expect(attacks.filter(({ bound }) => bound === null).map(named)).toEqual(attacks.filter(isMajority).map(named));
    for (const attack of attacks) {
      if (attack.bound === null) expect(attack.moves.FUSE).toBeGreaterThan(1);
      else {
        expect(attack.moves.FUSE).toBeLessThan(0.01);
        expect(attack.boundTaken).toBeGreaterThan(0.9);
      }
    }
  });

  it('finds that one liar breaks the mean, and that a majority breaks every rule', () => {
    for (const { sources, moves } of attacks) expect(moves.mean).toBeGreaterThan(1 / sources);
    for (const attack of attacks.filter(({ bound }) => bound === null)) {
      expect(rules.filter((rule) => attack.moves[rule] < 1)).toEqual([]);
    }
  });

  it('finds that one of five cannot widen the interval past 2 % with status ok, and that two can degrade it', () => {
    const [one, two] = [attacks[2], attacks[3]] as [Attack, Attack];
    expect([one.status, one.confidence < 0.02, two.status]).toEqual(['ok', true, 'degraded']);
  });

  it('exposes a rule that breaks the bound', () => {
    const mean = (reports: readonly Report[]) => reports.reduce((sum, { price }) => sum + price, 0) / reports.length;
    const found = violations(measureAttacks(1, { FUSE: mean, median: mean, mean, Pyth: mean }));
    expect(found.map(named)).toEqual(attacks.filter(({ bound }) => bound !== null).map(named));
  });

  it('prints a line per attack', () => {
    const lines = attackTable(attacks).split('\n');
    expect(lines).toHaveLength(3 + 1 + attacks.length + 1);
    expect(lines[3]?.trim().split(/ {2,}/)).toEqual([
      'sources',
      'colluding',
      'bound',
      'FUSE',
      'median',
      'mean',
      'Pyth',
      'of bound',
      'confidence',
      'status',
    ]);
  });
});
