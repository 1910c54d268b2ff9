import { type Report, worstReports } from '../../risk/fusion/adversary.ts';
import { type Fusion, fuse } from '../../risk/fusion/fuse.ts';
import { pythAggregate } from '../../risk/fusion/pyth-aggregate.ts';
import { fusionBounds } from '../../risk/fusion/theorem.ts';

/** One price out of many reports; null where the rule gives none. */
export type Rule = (reports: readonly Report[]) => number | null;

export const rules = ['FUSE', 'median', 'mean', 'Pyth'] as const;
type RuleName = (typeof rules)[number];

/** The worst over all draws that `colluding` of `sources` equal sources did. Moves are shares of the honest price. */
export interface Attack {
  readonly sources: number;
  readonly colluding: number;
  /** The largest move that the theorem allows; null where the liars hold half of the weight and it promises nothing. */
  readonly bound: number | null;
  readonly moves: { readonly [rule in RuleName]: number };
  /** The largest share of its own draw's bound that a move of FUSE took; above 1 the theorem is wrong. */
  readonly boundTaken: number | null;
  /** Half-width of FUSE's interval when it is made as wide as can be, as a share of the honest price. */
  readonly confidence: number;
  /** FUSE's status then, the worst of all draws. */
  readonly status: Fusion['status'];
}

/** Liars say at most ten times the price: what the mean loses grows with it. */
const LIE_FACTOR = 10;
const PRICE = 2000;
/** Honest quotes differ by up to 20 basis points, and state confidences of 5 to 25. */
const SPREAD = 2e-3;
const CONFIDENCE_MIN = 5e-4;
const CONFIDENCE_RANGE = 2e-3;
/** Pyth's rule counts in integers: ten decimals keep its floors below what is printed. */
const PYTH_SCALE = 1e10;

const parameters = { sigma: 0, staleHeartbeats: 1.5, confidenceShareMax: 0.02, groupWeightMax: 1 / 3, groupsMin: 3 };

function fusionOf(reports: readonly Report[]): Fusion {
  return fuse(
    reports.map(({ price, confidence }, i) => ({
      id: `${i}`,
      group: `${i}`,
      price,
      confidence,
      ageSeconds: 0,
      heartbeatSeconds: 60,
      weight: 1,
    })),
    parameters,
  );
}

const ruleByName: { readonly [rule in RuleName]: Rule } = {
  FUSE: (reports) => fusionOf(reports).price,
  median: (reports) => {
    const prices = reports.map(({ price }) => price).sort((a, b) => a - b);
    const [low, high] = [prices[(prices.length - 1) >> 1], prices[prices.length >> 1]];
    return low === undefined || high === undefined ? null : (low + high) / 2;
  },
  mean: (reports) => reports.reduce((sum, { price }) => sum + price, 0) / reports.length,
  Pyth: (reports) => {
    const scaled = (value: number) => BigInt(Math.round(Math.min(value, 4 * LIE_FACTOR * PRICE) * PYTH_SCALE));
    const aggregate = pythAggregate(
      // Pyth ignores a quote without confidence: the narrowest one counts.
      reports.map(({ price, confidence }) => ({
        price: scaled(price),
        confidence: scaled(confidence) || 1n,
        status: 1,
        slotAge: 0,
      })),
    );
    return aggregate === null ? null : Number(aggregate.price) / PYTH_SCALE;
  },
};

/** Every number of liars up to the first that holds half of the weight, for 3, 5 and 7 sources. */
export function measureAttacks(draws: number, attacked: { readonly [rule in RuleName]: Rule } = ruleByName): Attack[] {
  return [3, 5, 7].flatMap((sources) =>
    Array.from({ length: (sources + 1) / 2 }, (_, i) => attackOn(attacked, sources, i + 1, draws)),
  );
}

/** The attacks that moved FUSE's price beyond what the theorem allows. */
export function violations(attacks: readonly Attack[]): readonly Attack[] {
  return attacks.filter(({ boundTaken }) => boundTaken !== null && boundTaken > 1 + 1e-9);
}

function attackOn(
  attacked: { readonly [rule in RuleName]: Rule },
  sources: number,
  colluding: number,
  draws: number,
): Attack {
  const moves: { [rule in RuleName]: number } = { FUSE: 0, median: 0, mean: 0, Pyth: 0 };
  let [bound, boundTaken, confidence, status]: [number, number, number, Fusion['status']] = [0, 0, 0, 'ok'];
  let isBounded = true;
  const random = integers(sources * 1009 + colluding);
  for (let draw = 0; draw < draws; draw++) {
    const everybody = Array.from({ length: sources }, () => honestReport(random));
    const honest = everybody.slice(colluding);
    const search = (gain: (lies: readonly Report[]) => number) =>
      worstReports({ honest, count: colluding, priceMax: LIE_FACTOR * PRICE, gain });

    for (const name of rules) {
      const rule = attacked[name];
      const before = rule(everybody) as number;
      for (const direction of [1, -1]) {
        const { gain, lies } = search((found) => {
          const after = rule([...found, ...honest]);
          return after === null ? Number.NEGATIVE_INFINITY : direction * (after / before - 1);
        });
        moves[name] = Math.max(moves[name], gain);
        if (name !== 'FUSE') continue;
        const limits = fusionBounds(fusionOf([...lies, ...honest]), new Set(lies.map((_, i) => `${i}`)));
        if (limits === null) {
          isBounded = false;
          continue;
        }
        const allowed = direction * ((direction === 1 ? limits.high : limits.low) / before - 1);
        bound = Math.max(bound, allowed);
        if (gain > 0) boundTaken = Math.max(boundTaken, allowed > 0 ? gain / allowed : Number.POSITIVE_INFINITY);
      }
    }

    const before = fusionOf(everybody).price as number;
    const widest = fusionOf([...search((lies) => fusionOf([...lies, ...honest]).confidence ?? 0).lies, ...honest]);
    confidence = Math.max(confidence, (widest.confidence ?? 0) / before);
    if (widest.status !== 'ok') status = widest.status;
  }
  return {
    sources,
    colluding,
    bound: isBounded ? bound : null,
    moves,
    boundTaken: isBounded ? boundTaken : null,
    confidence,
    status,
  };
}

/** The same draws on every machine. */
function* integers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield ((state ^ (state >>> 15)) >>> 0) / 4294967296;
  }
}

function honestReport(random: Generator<number, never>): Report {
  const price = PRICE * (1 + SPREAD * (random.next().value - 0.5));
  return { price, confidence: price * (CONFIDENCE_MIN + CONFIDENCE_RANGE * random.next().value) };
}

/** The report, moves in basis points of the honest price. */
export function attackTable(attacks: readonly Attack[]): string {
  const header = ['sources', 'colluding', 'bound', ...rules, 'of bound', 'confidence', 'status'];
  const rows = attacks.map((attack) => [
    String(attack.sources),
    String(attack.colluding),
    attack.bound === null ? 'none' : basisPoints(attack.bound),
    ...rules.map((rule) => basisPoints(attack.moves[rule])),
    attack.boundTaken === null ? '-' : `${(100 * attack.boundTaken).toFixed(1)} %`,
    basisPoints(attack.confidence),
    attack.status,
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => (row[column] as string).length)));
  const lines = [header, ...rows].map((row) =>
    row.map((cell, column) => cell.padStart(widths[column] as number)).join('  '),
  );
  return [
    'Largest move of the price that colluding sources of equal weight caused, in basis points (liars say at most 10 times the price).',
    'bound: what the theorem lets FUSE move; confidence: the widest half-interval of FUSE they caused, with its status.',
    '',
    ...lines,
    '',
  ].join('\n');
}

function basisPoints(share: number): string {
  const points = 1e4 * share;
  return points < 1e4 ? points.toFixed(2) : points.toExponential(2);
}
