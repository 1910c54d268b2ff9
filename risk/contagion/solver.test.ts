import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { type ContagionAccount, columnsOf } from './account-columns.ts';
import { contagionNow, contagionStruct } from './contagion-index.ts';
import { contributions } from './contributions.ts';
import { fastSolver } from './fast-solver.ts';
import { landed } from './landed.ts';
import { defaultContagionParameters as parameters } from './parameters.ts';
import { plainSolver } from './plain-solver.ts';
import { anyBook, type Book, systemOf } from './random-system.fixture.ts';
import { marketFalls } from './scenarios.ts';
import type { ContagionSolver } from './solver.ts';
import { type ContagionSystem, observedShock } from './system.ts';
import { tameBook } from './tame-system.fixture.ts';
import { Workspace } from './workspace.ts';

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
    landed: landed(system, solver, now.accountStress),
  };
}

/** As other systems left it. */
const workspace = new Workspace();

function expectSame(system: ContagionSystem): void {
  expect(everything(system, fastSolver(system, parameters, workspace))).toEqual(
    everything(system, plainSolver(system, parameters)),
  );
}

const eth = {
  id: 'ETH',
  root: 1,
  class: 'volatile',
  isRoot: true,
  issuers: [],
  depthUsd: 1000,
  sellsAs: 0,
  loss: 0,
} as const;
const usdc = { ...eth, id: 'USDC', root: 0, class: 'stable', isRoot: false, depthUsd: 1e9, sellsAs: 1 } as const;
const deployment = { id: 'A', chain: 'a', bonus: 0.05, closeFactor: 0.5, fullLiquidationHealthFactor: 0.95 };
const small: Book = {
  roots: ['USD', 'ETH'],
  assets: [eth, usdc],
  issuers: [],
  deployments: [deployment],
  accounts: [],
};
const leg = (asset: number, usd: number, liquidationThreshold = 0.8) => ({
  asset,
  usd,
  liquidationThreshold,
  taint: 0,
  priced: true,
});
const account = (collateral: ContagionAccount['collateral'], ...debts: (readonly [number, number])[]) => ({
  owner: 'u',
  deployment: 0,
  collateral,
  debt: debts.map(([asset, usd]) => ({ asset, usd, pool: null })),
});

describe('the fast solver gives the bits of the plain one', () => {
  it('on random systems, awkward ones included', () => {
    fc.assert(
      fc.property(anyBook, (book) => expectSame(systemOf(book))),
      { numRuns: 300 },
    );
  });

  it('with more accounts than stand in a stretch of the work', () => {
    fc.assert(
      fc.property(tameBook, (book) => {
        fc.pre(book.accounts.length > 0);
        const accounts = Array.from({ length: 2500 }, (_, i) => book.accounts[i % book.accounts.length]!);
        const system = systemOf({ ...book, accounts });
        const [fast, plain] = [fastSolver(system, parameters, workspace), plainSolver(system, parameters)];
        const [now, expected] = [contagionNow(system, fast), contagionNow(system, plain)];
        const same = (solver: ContagionSolver, { state, ...rest }: typeof now) => ({
          ...{ ...rest, accountStress: Array.from(rest.accountStress), rounds: state.rounds },
          impacts: Array.from(state.impacts),
          issuerLosses: Array.from(state.issuerLosses),
          debt: [solver.totalDebtUsd, solver.totalNetDebtUsd],
        });
        expect(same(fast, now)).toEqual(same(plain, expected));
        const falls = marketFalls(system, 0.2);
        const shock = { ...observedShock(system), falls };
        const [after, sure] = [fast.solve(shock, now.state), plain.solve(shock, expected.state)];
        expect(Array.from(after.impacts)).toEqual(Array.from(sure.impacts));
        expect(fast.stress(shock, after)).toEqual(plain.stress(shock, sure));
      }),
      { numRuns: 5 },
    );
  });

  it('where a root falls to nothing first, and the market of what is hedged in it next', () => {
    const wrapped = { ...usdc, id: 'w', root: 1, class: 'wrapped', depthUsd: 100, sellsAs: 2 } as const;
    const book: Book = {
      ...small,
      assets: [{ ...eth, depthUsd: 1 }, usdc, wrapped],
      accounts: [
        account([leg(0, 3800, 0.5)], [1, 2700]),
        account([leg(2, 1e6), leg(1, 5e6, 1), leg(1, 4e6, 0.83)], [1, 1.5e6], [0, 3e6]),
        account([leg(2, 1100, 0.5)], [1, 560]),
      ],
    };
    expectSame(systemOf(book));
  });

  it('at exactly HF 1 and exactly the full-liquidation threshold: neither is below it', () => {
    const deep = [{ ...eth, depthUsd: 1e9 }, usdc];
    const at = (health: number): Book => ({
      ...small,
      assets: deep,
      accounts: [account([leg(0, 100)], [1, 80 / health])],
    });
    for (const health of [1, 0.95]) expectSame(systemOf(at(health)));
    const sold = (health: number) => {
      const system = systemOf(at(health));
      return contagionNow(system, fastSolver(system, parameters)).state.impacts[0]!;
    };
    expect(sold(1)).toBe(0);
    expect(sold(0.9999)).toBeGreaterThan(0);
    expect(sold(0.9499) / sold(0.9501)).toBeGreaterThan(1.5);
  });
});

describe('a solve', () => {
  it('started from the fixed point of smaller losses reaches the one from nothing', () => {
    fc.assert(
      fc.property(tameBook, fc.nat(6), (book, failing) => {
        const system = systemOf(book);
        const solver = fastSolver(system, parameters);
        const observed = { ...observedShock(system), falls: marketFalls(system, 0.1) };
        const failed = {
          ...observed,
          issuerLosses: observed.issuerLosses.map((loss, b) => (b === failing ? Math.max(loss, 0.7) : loss)),
        };
        const cold = solver.solve(failed);
        const warm = solver.solve(failed, solver.solve(observed));
        fc.pre(cold.converged && warm.converged);
        const numbers = (state: typeof cold) => [...Array.from(state.impacts), ...Array.from(state.issuerLosses)];
        for (const [i, value] of numbers(warm).entries())
          expect(Math.abs(value - numbers(cold)[i]!)).toBeLessThan(1e-9);
      }),
    );
  });
});

describe('both solvers refuse', () => {
  const asset = (over: object): Book => ({ ...small, assets: [eth, { ...usdc, ...over }] });
  const issuer = (over: object): Book => ({
    ...small,
    issuers: [
      {
        id: 'B',
        root: 0,
        kind: 'issuer',
        loss: 0,
        lossGivenDefault: 1,
        reserves: [],
        outsideReserves: null,
        supplyUsd: null,
        ...over,
      },
    ],
  });
  const collateral = (over: object): Book => ({ ...small, accounts: [account([{ ...leg(0, 1), ...over }], [1, 1])] });
  const debt = (over: object): Book => ({
    ...small,
    accounts: [{ ...account([leg(0, 1)]), debt: [{ asset: 1, usd: 1, pool: null, ...over }] }],
  });
  const cases: readonly (readonly [place: string, book: Book])[] = [
    ['loss of asset USDC', asset({ loss: Number.NaN })],
    ['loss of asset USDC', asset({ loss: 1.01 })],
    ['depthUsd of asset USDC', asset({ depthUsd: -1 })],
    ['depthUsd of asset USDC', asset({ depthUsd: Number.POSITIVE_INFINITY })],
    ['sellsAs of asset USDC', asset({ sellsAs: 2 })],
    ['root of asset USDC', asset({ root: 0.5 })],
    ['an issuer of asset USDC', asset({ issuers: [0] })],
    ['isRoot of asset USDC', asset({ root: 1, isRoot: true })],
    ['issuers of asset USDC', { ...issuer({}), assets: [eth, { ...usdc, issuers: [0, 0] }] }],
    ['loss of issuer B', issuer({ loss: -0.1 })],
    ['lossGivenDefault of issuer B', issuer({ lossGivenDefault: Number.NaN })],
    ['supplyUsd of issuer B', issuer({ supplyUsd: -1 })],
    ['outsideReserves of issuer B', issuer({ outsideReserves: Number.NaN })],
    ['a reserve share of issuer B', issuer({ reserves: [{ asset: 0, share: -1 }] })],
    ['a reserve asset of issuer B', issuer({ reserves: [{ asset: 7, share: 1 }] })],
    ['bonus of deployment A', { ...small, deployments: [{ ...deployment, bonus: -0.1 }] }],
    ['closeFactor of deployment A', { ...small, deployments: [{ ...deployment, closeFactor: 2 }] }],
    [
      'fullLiquidationHealthFactor of deployment A',
      { ...small, deployments: [{ ...deployment, fullLiquidationHealthFactor: Number.NaN }] },
    ],
    ['deployment of account 0 (owner u)', { ...small, accounts: [{ ...account([]), deployment: 1 }] }],
    ['a collateral amount of account 0 (owner u)', collateral({ usd: Number.NaN })],
    ['a collateral amount of account 0 (owner u)', collateral({ usd: -0.01 })],
    ['a collateral amount of account 0 (owner u)', collateral({ usd: 1e31 })],
    ['a liquidationThreshold of account 0 (owner u)', collateral({ liquidationThreshold: 1.1 })],
    ['a taint of account 0 (owner u)', collateral({ taint: Number.NaN })],
    ['a collateral asset of account 0 (owner u)', collateral({ asset: 2 })],
    ['a debt amount of account 0 (owner u)', debt({ usd: Number.POSITIVE_INFINITY })],
    ['a debt asset of account 0 (owner u)', debt({ asset: 9 })],
    ['a debt pool of account 0 (owner u)', debt({ pool: 0 })],
  ];
  it.each(cases)('a bad %s', (place, book) => {
    for (const implementation of [plainSolver, fastSolver]) {
      const refused = () => implementation(systemOf(book), parameters);
      expect(refused).toThrow(InvariantError);
      expect(refused).toThrow(`Contagion: ${place} is `);
    }
  });

  it('a slot that is no integer', () => {
    for (const asset of [-1, 0.5, Number.NaN, 65_536]) {
      expect(() => columnsOf([account([leg(asset, 1)])])).toThrow(InvariantError);
    }
  });

  it.each([
    ['fall of ETH', { falls: [0, Number.NaN] }],
    ['fall of ETH', { falls: [0, 1.5] }],
    ['the fall of USD', { falls: [0.1, 0] }],
    ['loss of USDC', { assetLosses: [0, -1] }],
    ['the number of values of loss', { issuerLosses: [0] }],
  ])('a shock with a bad %s', (place, over) => {
    const system = systemOf(small);
    for (const implementation of [plainSolver, fastSolver]) {
      const solver = implementation(system, parameters);
      const shock = { ...observedShock(system), ...over };
      expect(() => solver.solve(shock)).toThrow(`Contagion: ${place}`);
      expect(() => solver.stress(shock, { impacts: [0, 0], issuerLosses: [] })).toThrow(InvariantError);
    }
  });
});
