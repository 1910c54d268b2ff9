import type { AccountingRule } from '../../schema/chains-config.ts';
import { RAY, rayMul } from './wad-ray.ts';

const SECONDS_PER_YEAR = 31_536_000n;

/** A reserve's indexes and yearly rates (rays) as of block time `updatedAt`, seconds. */
export interface Indexes {
  readonly liquidityIndex: bigint;
  readonly debtIndex: bigint;
  readonly liquidityRate: bigint;
  readonly debtRate: bigint;
  readonly updatedAt: number;
}

/** Those of a record of the state, which holds them as decimal strings. */
export function indexesOf(
  record: Readonly<Record<'liquidityIndex' | 'debtIndex' | 'liquidityRate' | 'debtRate', string>> & {
    readonly updatedAt: number;
  },
): Indexes {
  return {
    liquidityIndex: BigInt(record.liquidityIndex),
    debtIndex: BigInt(record.debtIndex),
    liquidityRate: BigInt(record.liquidityRate),
    debtRate: BigInt(record.debtRate),
    updatedAt: record.updatedAt,
  };
}

/** The pool's normalised income at `time`: interest on supplies is linear. Source: ReserveLogic, MathUtils of Aave v3. */
export function liquidityIndexAt({ liquidityIndex, liquidityRate, updatedAt }: Indexes, time: number): bigint {
  const elapsed = BigInt(time - updatedAt);
  if (elapsed <= 0n) return liquidityIndex;
  return rayMul(RAY + (liquidityRate * elapsed) / SECONDS_PER_YEAR, liquidityIndex);
}

/** The pool's normalised variable debt at `time`: interest on debt compounds, by three terms of a series. */
export function debtIndexAt(rule: AccountingRule, { debtIndex, debtRate, updatedAt }: Indexes, time: number): bigint {
  const elapsed = BigInt(time - updatedAt);
  if (elapsed <= 0n) return debtIndex;
  const factor = rule === 'aave-v3.0' ? binomial(debtRate, elapsed) : exponential(debtRate, elapsed);
  return rayMul(factor, debtIndex);
}

function binomial(rate: bigint, elapsed: bigint): bigint {
  const lessOne = elapsed - 1n;
  const lessTwo = elapsed > 2n ? elapsed - 2n : 0n;
  const squared = rayMul(rate, rate) / (SECONDS_PER_YEAR * SECONDS_PER_YEAR);
  const cubed = rayMul(squared, rate) / SECONDS_PER_YEAR;
  return (
    RAY +
    (rate * elapsed) / SECONDS_PER_YEAR +
    (elapsed * lessOne * squared) / 2n +
    (elapsed * lessOne * lessTwo * cubed) / 6n
  );
}

function exponential(rate: bigint, elapsed: bigint): bigint {
  const x = (rate * elapsed) / SECONDS_PER_YEAR;
  return RAY + x + rayMul(x, x / 2n + rayMul(x, x / 6n));
}
