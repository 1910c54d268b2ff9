import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contagionNow, contagionStruct } from './contagion-index.ts';
import { contributions } from './contributions.ts';
import { fastSolver } from './fast-solver.ts';
import { defaultContagionParameters as parameters } from './parameters.ts';
import { plainSolver } from './plain-solver.ts';
import { anySystem } from './random-system.fixture.ts';
import type { ContagionSolver } from './solver.ts';
import type { ContagionSystem } from './system.ts';

/** Everything a solver says, with arrays of one kind: `toEqual` then compares bits, up to the sign of 0. */
function everything(system: ContagionSystem, solver: ContagionSolver) {
  const now = contagionNow(system, solver);
  const struct = contagionStruct(system, parameters, solver, now.state);
  return {
    debt: [solver.totalDebtUsd, solver.totalNetDebtUsd, ...Array.from(solver.netDebtUsd)],
    now: {
      ...now,
      accountStress: Array.from(now.accountStress),
      state: {
        ...now.state,
        impacts: Array.from(now.state.impacts),
        issuerLosses: Array.from(now.state.issuerLosses),
      },
    },
    struct,
    contributions: contributions(system, parameters, solver, now.healthLost),
  };
}

describe('the fast solver', () => {
  it('gives the bits of the plain one on random systems, awkward ones included', () => {
    fc.assert(
      fc.property(anySystem, (system) => {
        const plain = everything(system, plainSolver(system, parameters));
        expect(everything(system, fastSolver(system, parameters))).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });
});
