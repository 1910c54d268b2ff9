import { InvariantError } from '../../schema/errors.ts';
import type { ModelParameters } from '../../schema/events.ts';
import type { PublishedAsset } from '../../schema/published.ts';
import { toWadRoundedUp } from '../../schema/units.ts';

/** How the option market is named among the voters of V. */
const OPTION_MARKET = 'option-market';

export type VScalarInput = {
  /** Annualised realised volatility of the asset; null when no source reports one. */
  readonly sigmaFast: number | null;
  /** 25-delta skew at 30 days, a difference of annualised volatilities; null without an option market. */
  readonly skew: number | null;
  /** The skew rests on expiries of one side of 30 days. */
  readonly singleExpiry: boolean;
  /** Weight of `sigmaFast`, in [0, 1]; counts as 1 without an option market. */
  readonly alpha: number;
  /** V of a stressed market, annualised (`stressLevel`). */
  readonly stress: number;
  readonly status: PublishedAsset['status'];
  /** Groups that voted on `sigmaFast`. */
  readonly groups: readonly string[];
  /** Ids of everything that voted on `sigmaFast`, down to the single feed: losing one of them starts a hold. */
  readonly voters: readonly string[];
  /** Closing time, seconds. */
  readonly time: number;
  /** The last V published for the asset and its `voters`; null and empty before the first. */
  readonly previous: PublishedAsset['vScalar'] | null;
  readonly previousVoters: readonly string[];
  /** Volatility that intervals grew by at that closing, without its hold. */
  readonly previousSigma: number;
  readonly parameters: Pick<ModelParameters, 'vScalarMax' | 'holdSeconds'>;
};

/**
 * The V-Scalar: V = alpha sigma + (1 - alpha) max(0, skew), in [0, vScalarMax], an annualised decimal.
 *
 * - No option market: alpha = 1, flag `no-options`; one whose expiries lie on one side of 30 days: `single-expiry`.
 *   One voting group: flag `single-source`.
 * - No sigma: V is the stress level, flag `stress`.
 * - **Hold.** When a voter or the option market is lost, V does not fall below its value before the loss for
 *   `holdSeconds`, and beyond that for as long as the price is `insufficient`; released when all that were lost are
 *   back. Flag `held` where it binds. Neither does the volatility that intervals grow by (`hold.sigma`). A missing input
 *   never improves a number.
 * - Above vScalarMax: flag `clipped`.
 *
 * Source: risk model 2 and 1.11. The step from V to V_total (risk model 1.7) is not part of it.
 * @throws {InvariantError} for a sigma, skew or alpha out of its domain.
 */
export function nextVScalar(input: VScalarInput): PublishedAsset['vScalar'] {
  const { sigmaFast, skew, parameters } = input;
  if (sigmaFast !== null && !(sigmaFast >= 0 && sigmaFast < Number.POSITIVE_INFINITY)) {
    throw new InvariantError(`A volatility is >= 0 and finite, found ${sigmaFast}`);
  }
  if (skew !== null && !Number.isFinite(skew)) throw new InvariantError(`A skew is finite, found ${skew}`);
  if (!(input.alpha >= 0 && input.alpha <= 1)) throw new InvariantError(`alpha lies in [0, 1], found ${input.alpha}`);

  const alpha = skew === null ? 1 : input.alpha;
  const raw = sigmaFast === null ? null : alpha * sigmaFast + (1 - alpha) * Math.max(0, skew ?? 0);
  const unheld = Math.min(raw ?? input.stress, parameters.vScalarMax);
  const hold = nextHold(input);
  const value = hold === null ? unheld : Math.min(Math.max(unheld, hold.value), parameters.vScalarMax);

  const flags: string[] = [];
  if (raw !== null && raw > parameters.vScalarMax) flags.push('clipped');
  if (value > unheld) flags.push('held');
  if (skew === null) flags.push('no-options');
  if (skew !== null && input.singleExpiry) flags.push('single-expiry');
  if (input.groups.length === 1) flags.push('single-source');
  if (raw === null) flags.push('stress');
  return { alpha, flags, hold, raw, value, wad: toWadRoundedUp(value).toString() };
}

/** The hold that stands at this closing; null: V may fall. */
export function nextHold(
  input: Pick<VScalarInput, 'skew' | 'voters' | 'time' | 'previous' | 'previousVoters' | 'previousSigma' | 'status'> & {
    readonly parameters: Pick<ModelParameters, 'holdSeconds'>;
  },
): PublishedAsset['vScalar']['hold'] {
  const { previous, time } = input;
  if (previous === null) return null;
  const present = new Set(input.voters);
  if (input.skew !== null) present.add(OPTION_MARKET);
  const lostNow = input.previousVoters.filter((voter) => !present.has(voter));
  if (!previous.flags.includes('no-options') && !present.has(OPTION_MARKET)) lostNow.push(OPTION_MARKET);
  if (previous.hold === null && lostNow.length === 0) return null;

  const lostBefore = previous.hold?.lost.filter((voter) => !present.has(voter)) ?? [];
  const lost = [...new Set([...lostBefore, ...lostNow])].sort();
  if (lostNow.length > 0) {
    const sigma = Math.max(input.previousSigma, previous.hold?.sigma ?? 0);
    return { lost, sigma, until: time + input.parameters.holdSeconds, value: previous.value };
  }
  if (previous.hold === null || lost.length === 0) return null;
  if (time >= previous.hold.until && input.status !== 'insufficient') return null;
  return { ...previous.hold, lost };
}
