/** What a source says: a price and the half-width of its interval, one unit. */
export type Report = { readonly price: number; readonly confidence: number };

/** Just past a vote, on either side: relative. */
const NUDGE = 1e-9;
/** The smallest price a liar gives, as a share of the largest. */
const LIE_MIN = 1e-12;
const ROUNDS_MAX = 4;

/**
 * The reports by which `count` colluding sources, who know what the honest ones say, make `gain` as large as this search
 * can: coordinate ascent, one liar after another taking the best of all strategies until none improves, from several
 * starts: together at each end, split between the ends, and hidden among the honest.
 *
 * A strategy is a position (each honest vote, just below it, just above it, the ends of the range) with an interval:
 * none, one that reaches to an honest vote, or one far wider than the price. A search, not a proof: what it finds is a
 * lower bound of what liars can do. Deterministic.
 *
 * `priceMax` is the largest price a liar may give.
 */
export function worstReports(input: {
  readonly honest: readonly Report[];
  readonly count: number;
  readonly priceMax: number;
  readonly gain: (lies: readonly Report[]) => number;
}): { readonly lies: readonly Report[]; readonly gain: number } {
  const { honest, count, priceMax, gain } = input;
  const strategies = strategiesAgainst(honest, priceMax);
  const [low, high] = [
    { price: priceMax * LIE_MIN, confidence: 0 },
    { price: priceMax, confidence: 0 },
  ];
  const starts: readonly ((i: number) => Report)[] = [
    () => high,
    () => low,
    (i) => (i % 2 === 0 ? high : low),
    (i) => honest[i % honest.length] ?? high,
  ];
  let best: { lies: readonly Report[]; gain: number } = { lies: [], gain: Number.NEGATIVE_INFINITY };
  for (const start of starts) {
    const lies = Array.from({ length: count }, (_, i) => start(i));
    let reached = gain(lies);
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const before = reached;
      for (let i = 0; i < count; i++) {
        let choice = lies[i] as Report;
        for (const strategy of strategies) {
          lies[i] = strategy;
          const found = gain(lies);
          if (found > reached) {
            reached = found;
            choice = strategy;
          }
        }
        lies[i] = choice;
      }
      if (reached === before) break;
    }
    if (reached > best.gain) best = { lies: [...lies], gain: reached };
  }
  return best;
}

function strategiesAgainst(honest: readonly Report[], priceMax: number): Report[] {
  const votes = honest.flatMap(({ price, confidence }) => [price - confidence, price, price + confidence]);
  const positions = [priceMax * LIE_MIN, priceMax];
  for (const vote of votes) positions.push(vote * (1 - NUDGE), vote, vote * (1 + NUDGE));
  return positions
    .filter((price) => price > 0 && price <= priceMax)
    .flatMap((price) => {
      const reaching = votes.map((vote) => Math.abs(vote - price) * (1 + NUDGE));
      return [0, ...reaching, price, 1e6 * priceMax].map((confidence) => ({ price, confidence }));
    });
}
