/**
 * One expiry's smile in Gatheral's raw parametrisation: total implied variance over log-moneyness k = ln(strike /
 * forward), w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + s^2)). Total variance = annualised variance times years.
 */
export type SviSlice = {
  readonly a: number;
  readonly b: number;
  readonly rho: number;
  readonly m: number;
  readonly s: number;
};

/** Why a slice is refused: parameters out of their domain, or prices that admit a riskless profit. */
export type SviFault = 'domain' | 'negative-variance' | 'wing-slope' | 'butterfly';

/** Points on each side of the two grids on which the density is looked at. */
const GRID_HALF = 64;
/** Each grid reaches this many of its scale to either side. */
const GRID_REACH = 6;
/** Rounding of g near 0 is no arbitrage. */
const G_SLACK = 1e-12;

/** w(k). Golden file: implied_vol.json (`svi_total_variance`, `skew_25d`). */
export function totalVariance(slice: SviSlice, logMoneyness: number): number {
  const x = logMoneyness - slice.m;
  return slice.a + slice.b * (slice.rho * x + Math.sqrt(x * x + slice.s * slice.s));
}

/**
 * g(k) = (1 - k w'/(2w))^2 - (w'^2 / 4)(1/w + 1/4) + w''/2, whose sign is that of the density of the forward's price
 * implied at k. Where g >= 0 no butterfly has a negative price. Source: Gatheral and Jacquier 2014, lemma 2.2.
 */
export function butterflyDensity(slice: SviSlice, logMoneyness: number): number {
  const { b, rho, s } = slice;
  const x = logMoneyness - slice.m;
  const root = Math.sqrt(x * x + s * s);
  const w = totalVariance(slice, logMoneyness);
  const first = b * (rho + x / root);
  const second = (b * s * s) / (root * root * root);
  const base = 1 - (logMoneyness * first) / (2 * w);
  return base * base - ((first * first) / 4) * (1 / w + 0.25) + second / 2;
}

/**
 * The first fault of a slice; null when there is none: finite parameters with b >= 0, |rho| < 1, s > 0; least total
 * variance a + b s sqrt(1 - rho^2) > 0; wing slope b (1 + |rho|) < 4; g >= 0 on two grids of 129 points, one about the
 * forward in units of the standard deviation there, one about m in units of s, where the smile bends.
 * A slice that passes may still have a butterfly between two points of the grids.
 * Source: Gatheral and Jacquier 2014, "Arbitrage-free SVI volatility surfaces", sections 2 and 3.
 */
export function sviFault(slice: SviSlice): SviFault | null {
  const { a, b, rho, m, s } = slice;
  for (const value of [a, b, rho, m, s]) if (!Number.isFinite(value)) return 'domain';
  if (b < 0 || Math.abs(rho) >= 1 || s <= 0) return 'domain';
  if (!(a + b * s * Math.sqrt(1 - rho * rho) > 0)) return 'negative-variance';
  if (!(b * (1 + Math.abs(rho)) < 4)) return 'wing-slope';
  const deviation = Math.sqrt(totalVariance(slice, 0));
  for (const [center, scale] of [
    [0, deviation],
    [m, s],
  ] as const) {
    for (let i = -GRID_HALF; i <= GRID_HALF; i++) {
      const g = butterflyDensity(slice, center + (GRID_REACH * scale * i) / GRID_HALF);
      if (!(g >= -G_SLACK)) return 'butterfly';
    }
  }
  return null;
}
