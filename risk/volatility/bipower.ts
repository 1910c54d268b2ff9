import { pow } from '../math/exp-log-pow.ts';

/** How much of a stretch of returns came in jumps. Variances are sums over the stretch, not annualised. */
export type JumpStatistics = {
  /** Realised variance, sum of squared returns. */
  readonly realizedVariance: number;
  /** Bipower variation: realised variance without jumps. */
  readonly bipowerVariation: number;
  /** max(0, realised variance - bipower variation). */
  readonly jumpVariation: number;
  /** Jump variation over realised variance, in [0, 1]; 0 for a flat stretch. */
  readonly jumpShare: number;
  /** Tripower quarticity, the jump-robust estimate of integrated quarticity. */
  readonly tripowerQuarticity: number;
  /** Ratio statistic, standard normal where there are no jumps; null where bipower variation is 0. */
  readonly zRatio: number | null;
};

/** E|Z|^(4/3) = 2^(2/3) Gamma(7/6) / Gamma(1/2) for a standard normal Z. */
const MU_FOUR_THIRDS = 0.8308609250295591;

/**
 * Bipower jump statistics of equally spaced log returns; null for fewer than three.
 * Sources: Barndorff-Nielsen and Shephard 2004 and 2006; the ratio statistic in the form of Huang and Tauchen 2005, with
 * max(1, quarticity / bipower^2). Golden file: realized_vol.json (`bns`).
 */
export function jumpStatistics(returns: readonly number[]): JumpStatistics | null {
  const n = returns.length;
  if (n < 3) return null;
  let realizedVariance = 0;
  let pairs = 0;
  let triples = 0;
  for (let i = 0; i < n; i++) {
    const r = Math.abs(returns[i] as number);
    realizedVariance += r * r;
    if (i >= 1) pairs += r * Math.abs(returns[i - 1] as number);
    if (i >= 2) triples += pow(r * Math.abs(returns[i - 1] as number) * Math.abs(returns[i - 2] as number), 4 / 3);
  }
  const bipowerVariation = (Math.PI / 2) * (n / (n - 1)) * pairs;
  const jumpVariation = Math.max(0, realizedVariance - bipowerVariation);
  const muCubed = MU_FOUR_THIRDS * MU_FOUR_THIRDS * MU_FOUR_THIRDS;
  const tripowerQuarticity = (n * (n / (n - 2)) * triples) / muCubed;
  const ratio = tripowerQuarticity / (bipowerVariation * bipowerVariation);
  const spread = ((Math.PI * Math.PI) / 4 + Math.PI - 5) / n;
  return {
    realizedVariance,
    bipowerVariation,
    jumpVariation,
    jumpShare: realizedVariance === 0 ? 0 : jumpVariation / realizedVariance,
    tripowerQuarticity,
    zRatio:
      bipowerVariation === 0
        ? null
        : (realizedVariance - bipowerVariation) / realizedVariance / Math.sqrt(spread * Math.max(1, ratio)),
  };
}
