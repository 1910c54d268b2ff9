import { exp, log } from '../math/exp-log-pow.ts';
import { type SviSlice, sviFault } from './svi.ts';

/** A point of a smile: total variance at a log-moneyness, and how much it counts. */
export type SmilePoint = {
  readonly logMoneyness: number;
  readonly variance: number;
  /** Above 0. */
  readonly weight: number;
};

/** Of a slice's wings over the strikes: a smile that bends more sharply than this looks like a V. */
const RHO_MAX = 0.999;
/** Points of the grid along each of m and log s, and how often it is narrowed around the best one. */
const GRID = 9;
const ROUNDS = 8;
/** s is looked for between these shares of the range of strikes. */
const S_SHARE = { min: 0.01, max: 2 };
const LOG_S_SHARE = { min: log(S_SHARE.min), max: log(S_SHARE.max) };

type Candidate = { readonly slice: SviSlice; readonly error: number; readonly m: number; readonly logShare: number };

/**
 * The slice without a fault that is nearest to the points: least weighted squares in total variance. For given m and s
 * the slice is linear in a, b rho s and b s, which normal equations give; m and s are searched on a grid that narrows
 * around the best point. Null where no slice without a fault is found, or for fewer than 5 points.
 * Sums run in the order of the points.
 * Source: Zeliade 2009, "Quasi-explicit calibration of Gatheral's SVI model"; the slice's faults: svi.ts.
 */
export function fitSvi(points: readonly SmilePoint[]): SviSlice | null {
  const moneyness = points.map((point) => point.logMoneyness);
  const low = Math.min(...moneyness);
  const range = Math.max(...moneyness) - low;
  if (points.length < 5 || !(range > 0)) return null;
  let best: Candidate | null = null;
  let [centerM, halfM] = [low + range / 2, range / 2];
  // The logarithm of s as a share of the range.
  let [centerLog, halfLog] = [(LOG_S_SHARE.max + LOG_S_SHARE.min) / 2, (LOG_S_SHARE.max - LOG_S_SHARE.min) / 2];
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < GRID; i++) {
      const logShare = centerLog + halfLog * ((2 * i) / (GRID - 1) - 1);
      const s = range * Math.min(S_SHARE.max, Math.max(S_SHARE.min, exp(logShare)));
      for (let j = 0; j < GRID; j++) {
        const m = centerM + halfM * ((2 * j) / (GRID - 1) - 1);
        const fitted = fitLinear(points, m, s);
        if (fitted === null || (best !== null && fitted.error >= best.error)) continue;
        // Looked at only where it would be the best: it takes longer than the fit.
        if (sviFault(fitted.slice) === null) best = { ...fitted, m, logShare };
      }
    }
    if (best === null) return null;
    [centerM, centerLog] = [best.m, best.logShare];
    // One and a half steps of the grid to either side.
    halfM *= 3 / (GRID - 1);
    halfLog *= 3 / (GRID - 1);
  }
  return best === null ? null : best.slice;
}

/** The best slice for given m and s with b >= 0 and |rho| <= RHO_MAX. Null: the points do not determine it. */
function fitLinear(
  points: readonly SmilePoint[],
  m: number,
  s: number,
): { readonly slice: SviSlice; readonly error: number } | null {
  // Normal equations of w = a + d y + c z over y = (k - m) / s, z = sqrt(y^2 + 1).
  let [n, y1, z1, yy, yz, zz, v1, vy, vz, vv] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (const { logMoneyness, variance: v, weight } of points) {
    const y = (logMoneyness - m) / s;
    const z = Math.sqrt(y * y + 1);
    n += weight;
    y1 += weight * y;
    z1 += weight * z;
    yy += weight * y * y;
    yz += weight * y * z;
    zz += weight * z * z;
    v1 += weight * v;
    vy += weight * v * y;
    vz += weight * v * z;
    vv += weight * v * v;
  }
  // With a eliminated: the centred sums.
  const [cyy, cyz, czz] = [yy - (y1 * y1) / n, yz - (y1 * z1) / n, zz - (z1 * z1) / n];
  const [cvy, cvz, cvv] = [vy - (v1 * y1) / n, vz - (v1 * z1) / n, vv - (v1 * v1) / n];
  const determinant = cyy * czz - cyz * cyz;
  let d = (cvy * czz - cvz * cyz) / determinant;
  let c = (cvz * cyy - cvy * cyz) / determinant;
  const errorOf = (d: number, c: number): number =>
    cvv - 2 * (d * cvy + c * cvz) + d * d * cyy + 2 * d * c * cyz + c * c * czz;
  if (!(c >= 0 && Math.abs(d) <= RHO_MAX * c)) {
    // On the edge of the domain: d = rho c.
    let least = Number.POSITIVE_INFINITY;
    for (const rho of [-RHO_MAX, RHO_MAX]) {
      const along = (rho * cvy + cvz) / (rho * rho * cyy + 2 * rho * cyz + czz);
      const edge = Math.max(along, 0);
      const error = errorOf(rho * edge, edge);
      if (error < least) [d, c, least] = [rho * edge, edge, error];
    }
    if (least === Number.POSITIVE_INFINITY) return null;
  }
  const slice = { a: (v1 - d * y1 - c * z1) / n, b: c / s, rho: c === 0 ? 0 : d / c, m, s };
  const error = errorOf(d, c);
  return Number.isFinite(error) && Number.isFinite(slice.a) ? { slice, error } : null;
}
