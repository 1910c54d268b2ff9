import { depth, exitGap, ledger, unknownBacking } from './backing-models.ts';
import { contagion } from './contagion-models.ts';
import {
  aaveRule,
  deltaGammaOneAsset,
  deltaGammaTwoAssets,
  hull,
  hullQuantile,
  lending,
  partialHealth,
  partialHealthImpact,
  partialMargin,
  penalty,
  stepCap,
} from './margin-models.ts';
import {
  bipower,
  ewmaIrregular,
  ewmaRegular,
  oracleFusion,
  previousTicks,
  pythAggregation,
  ttr,
  type VectorModel,
} from './models.ts';
import { accountUplift, publication, uplift } from './v-total-models.ts';
import {
  impliedVolatilities,
  noArbitrageBounds,
  skew25Delta,
  sviTotalVariance,
  volatilityIndexTable,
} from './volatility-models.ts';

/** Top-level keys that describe a file and are no input. */
export const descriptions: ReadonlySet<string> = new Set([
  'meta',
  'hand',
  'note',
  'held_out',
  'lets_be_rational_testvalues_note',
]);

/** What is known of a section: the model that runs it, or the name of the model that is not built yet. */
export type SectionKind = { readonly model: VectorModel } | { readonly notBuilt: string };

const builtSections: { readonly [section: string]: VectorModel } = {
  ewma_irregular: ewmaIrregular,
  ewma_regular: ewmaRegular,
  bns: bipower,
  previous_tick: previousTicks,
  ttr,
  iv_cases: impliedVolatilities,
  skew_25d: skew25Delta,
  no_arb_edge: noArbitrageBounds,
  hull,
  hull_cornish_fisher: hullQuantile,
  delta_gamma_2asset: deltaGammaTwoAssets,
  delta_gamma: deltaGammaOneAsset,
  partial_hf: partialHealth,
  partial_hf_sqrt: partialHealthImpact,
  partial_margin: partialMargin,
  aave_v3: aaveRule,
  lending,
  penalty,
  step_cap: stepCap,
};

/** Models whose input is spread over several sections; they are given the whole file, once. */
export const fileModels: readonly { readonly sections: readonly string[]; readonly model: VectorModel }[] = [
  { sections: ['svi_raw_params', 'svi_total_variance'], model: sviTotalVariance },
  {
    sections: [
      'options_csv',
      'rate',
      'minutes',
      'near',
      'next',
      'expected_VIX',
      'published_VIX',
      'flat_smile',
      'mixture',
      'cboe_skew_epsilon',
    ],
    model: volatilityIndexTable,
  },
];

const plannedSections: { readonly [model: string]: readonly string[] } = {
  backtest_stats: ['jorion', 'series', 'auc'],
  debtrank: [
    'edges_lender_borrower_amount_0based',
    'buffer',
    'weights',
    'nrm_single_default',
    'precise_single_default_additional_stress',
    'nrm_uniform_shock_pct_1_25',
    'precise_uniform_additional_stress',
  ],
  firesale_threshold: ['state', 'results'],
};

/** An entry of `cases` is known by keys that it or its `input` has. */
const caseKinds: readonly (readonly [keys: readonly string[], kind: SectionKind])[] = [
  [['sources'], { model: oracleFusion }],
  [['exponent', 'quotes'], { model: pythAggregation }],
  [['assets', 'issuers', 'accounts'], { model: contagion }],
  [['config', 'steps'], { model: ledger }],
  [['P_ref', 'quotes'], { model: exitGap }],
  [['last', 'age'], { model: depth }],
  [['l_last', 'age'], { model: unknownBacking }],
  [['V', 'gci', 'claim_loss'], { model: uplift }],
  [['exposure', 'V'], { model: accountUplift }],
  [['series'], { model: publication }],
  [['exposures_lender_rows', 'shocks'], { notBuilt: 'debtrank' }],
  [['liabilities_debtor_rows', 'external_assets'], { notBuilt: 'eisenberg_noe' }],
  [['H', 'debt', 'LT', 'depth'], { notBuilt: 'firesale_threshold' }],
];

/** What an entry of the named section is; null when nobody knows. */
export function sectionKind(section: string, entry: unknown): SectionKind | null {
  if (section === 'cases') {
    const keys = new Set([...keysOf(entry), ...keysOf((entry as { input?: unknown } | null)?.input)]);
    return caseKinds.find(([needed]) => needed.every((key) => keys.has(key)))?.[1] ?? null;
  }
  const model = Object.hasOwn(builtSections, section) ? builtSections[section] : undefined;
  if (model) return { model };
  const planned = Object.keys(plannedSections).find((name) => plannedSections[name]?.includes(section));
  return planned === undefined ? null : { notBuilt: planned };
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
