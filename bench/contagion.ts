import { fileURLToPath } from 'node:url';
import type { AccountColumns } from '../risk/contagion/account-columns.ts';
import { contagionNow, contagionStruct } from '../risk/contagion/contagion-index.ts';
import { fastSolver } from '../risk/contagion/fast-solver.ts';
import { defaultContagionParameters as parameters } from '../risk/contagion/parameters.ts';
import { plainSolver } from '../risk/contagion/plain-solver.ts';
import type { ContagionSystem } from '../risk/contagion/system.ts';
import { Workspace } from '../risk/contagion/workspace.ts';
import { contagionBook } from './contagion-book.ts';
import { inChild, thousands } from './measure.ts';

/**
 * GCI_now (with the columns built from positions) and GCI_struct of a stressed book of 200,000 accounts, 200 assets, 40
 * issuers, against the plain recomputation in the same run; every number must be equal.
 */
const accountCount = Number(process.env['BENCH_ACCOUNTS'] ?? 200_000);
const passes = 11;

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

interface Measured {
  readonly first: { readonly now: Cost; readonly struct: Cost };
  readonly now: Cost;
  readonly struct: Cost;
  readonly least: { readonly nowCpuMs: number; readonly structCpuMs: number };
  readonly rssPeakMb: number;
  readonly bookMb: number;
  readonly plainNow: Cost;
  readonly plainStruct: Cost;
  readonly healthLost: number;
  readonly structValue: number;
  readonly worst: string | null;
  readonly roundsNow: number;
  readonly scenarios: number;
}

function timed<T>(body: () => T): { readonly result: T; readonly cost: Cost } {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const result = body();
  const { system, user } = process.cpuUsage(cpu);
  return { result, cost: { ms: performance.now() - start, cpuMs: (user + system) / 1000 } };
}

/** From amounts as columns: values them, builds the solver's columns, solves. */
function once(book: ContagionSystem, prices: Float64Array, implementation: typeof fastSolver, workspace: Workspace) {
  const now = timed(() => {
    const system = { ...book, accounts: valued(book.accounts, prices, workspace) };
    const solver = implementation(system, parameters, workspace);
    return { system, solver, now: contagionNow(system, solver, workspace) };
  });
  const { system, solver } = now.result;
  const struct = timed(() => contagionStruct(system, parameters, solver, now.result.now.state));
  return { now: now.result.now, nowCost: now.cost, struct: struct.result, structCost: struct.cost };
}

/** USD amounts of every leg out of token amounts. */
function valued(accounts: AccountColumns, prices: Float64Array, workspace: Workspace): AccountColumns {
  const { collateral, debts } = accounts;
  return {
    ...accounts,
    collateral: {
      ...collateral,
      usd: products(collateral, prices, workspace.float64('collateralUsd', collateral.usd.length)),
    },
    debts: { ...debts, usd: products(debts, prices, workspace.float64('debtsUsd', debts.usd.length)) },
  };
}

function products({ asset, usd }: AccountColumns['debts' | 'collateral'], prices: Float64Array, into: Float64Array) {
  for (let k = 0; k < into.length; k++) into[k] = usd[k]! * prices[asset[k]!]!;
  return into;
}

/** Everything published, with typed arrays as arrays. */
function outputs({ now, struct }: ReturnType<typeof once>): string {
  const { state, ...rest } = now;
  return JSON.stringify([rest, state, struct], (_, value) =>
    ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value,
  );
}

function median(costs: readonly Cost[]): Cost {
  return [...costs].sort((a, b) => a.cpuMs - b.cpuMs)[Math.floor(costs.length / 2)]!;
}

function measure(): void {
  const system = contagionBook(accountCount);
  const bookMb = process.memoryUsage().rss / 2 ** 20;
  const prices = new Float64Array(system.assets.length).fill(1);
  const workspace = new Workspace();
  const first = once(system, prices, fastSolver, workspace);
  // The next pass overwrites the accounts' columns.
  const ofFirst = outputs(first);
  const runs = [first, ...Array.from({ length: passes - 1 }, () => once(system, prices, fastSolver, workspace))];
  const rssPeakMb = process.resourceUsage().maxRSS / 1024;
  const ofLast = outputs(runs.at(-1)!);
  const plain = once(system, prices, plainSolver, new Workspace());
  const ofPlain = outputs(plain);
  if (ofFirst !== ofPlain || ofLast !== ofPlain) throw new Error('The fast solver and the plain one differ');
  process.send?.({
    first: { now: first.nowCost, struct: first.structCost },
    now: median(runs.map(({ nowCost }) => nowCost)),
    struct: median(runs.map(({ structCost }) => structCost)),
    least: {
      nowCpuMs: Math.min(...runs.map(({ nowCost }) => nowCost.cpuMs)),
      structCpuMs: Math.min(...runs.map(({ structCost }) => structCost.cpuMs)),
    },
    rssPeakMb,
    bookMb,
    plainNow: plain.nowCost,
    plainStruct: plain.structCost,
    healthLost: first.now.healthLost,
    structValue: first.struct.value,
    worst: first.struct.worst,
    roundsNow: first.now.state.rounds,
    scenarios: first.struct.scenarios.length,
  } satisfies Measured);
  process.disconnect();
}

export async function run(): Promise<void> {
  const found = await inChild<Measured>(import.meta.url, 'measure');
  const show = ({ cpuMs, ms }: Cost) => `${ms.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)} ms)`;
  console.log(
    `contagion: ${thousands(accountCount)} accounts of 3 collateral legs and a debt, 200 assets, 40 issuers, ${found.scenarios} scenarios beside now`,
  );
  console.log(
    `  GCI_now = ${found.healthLost.toFixed(6)} in ${found.roundsNow} rounds, GCI_struct = ${found.structValue.toFixed(6)} (${found.worst})`,
  );
  console.log(
    `  GCI_now from token amounts, median of 11: ${show(found.now)}, first pass ${show(found.first.now)} least CPU ${found.least.nowCpuMs.toFixed(0)} ms (target: at most 60 ms)`,
  );
  console.log(
    `  GCI_struct, median of 11: ${show(found.struct)}, first pass ${show(found.first.struct)} least CPU ${found.least.structCpuMs.toFixed(0)} ms (target: at most 600 ms)`,
  );
  console.log(
    `  plain recomputation: GCI_now ${show(found.plainNow)}, GCI_struct ${show(found.plainStruct)}; every number equal`,
  );
  console.log(
    `  plain CPU / fast CPU: ${(found.plainNow.cpuMs / found.now.cpuMs).toFixed(1)} and ${(found.plainStruct.cpuMs / found.struct.cpuMs).toFixed(1)}`,
  );
  console.log(
    `  peak memory: ${found.rssPeakMb.toFixed(0)} MB, of which the book ${found.bookMb.toFixed(0)} MB (target: below 1,024)`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'measure') measure();
  else await run();
}
