import { issuerSizes } from './claim-graph.ts';
import type { ContagionParameters } from './parameters.ts';
import { type ContagionSystem, NUMERAIRE_ROOT, observedShock, type Shock } from './system.ts';

export type Scenario = {
  /** `market`, `lst-basis`, `n-1:<issuer>`, `utilisation:<pool>`. */
  readonly name: string;
  readonly shock: Shock;
};

/**
 * The named scenarios in their order of precedence: `market`, `lst-basis`, `n-1` by size of the issuer (ties by id),
 * `utilisation` of the pool that owes most (ties by id; none without a pool). Observed losses are always included.
 * Source: risk model 1.5. Golden file: gci.json.
 */
export function scenariosOf(system: ContagionSystem, parameters: ContagionParameters): readonly Scenario[] {
  const observed = observedShock(system);
  const fallingBy = (fall: number): Shock => ({ ...observed, falls: marketFalls(system, fall) });
  const small = fallingBy(parameters.marketFallSmall);
  const { assets, issuers } = system;

  const failing = failingIssuers(system).slice(0, parameters.failingIssuersMax);
  const pool = largestPool(system);
  return [
    { name: 'market', shock: fallingBy(parameters.marketFallLarge) },
    {
      name: 'lst-basis',
      shock: {
        ...small,
        assetLosses: assets.map(({ class: kind, loss }) =>
          kind === 'lst' ? Math.max(loss, 1 - (1 - loss) * (1 - parameters.lstBasisLoss)) : loss,
        ),
      },
    },
    ...failing.map((failed) => ({
      name: `n-1:${issuers[failed]!.id}`,
      shock: withIssuerLoss(small, failed, issuers[failed]!.lossGivenDefault),
    })),
    ...(pool === null
      ? []
      : [
          {
            name: `utilisation:${issuers[pool]!.id}`,
            shock: withIssuerLoss(observed, pool, parameters.utilisationLoss),
          },
        ]),
  ];
}

/** `fall` of every root but USD. */
export function marketFalls({ roots }: ContagionSystem, fall: number): readonly number[] {
  return roots.map((root) => (root === NUMERAIRE_ROOT ? 0 : fall));
}

function withIssuerLoss(shock: Shock, issuer: number, loss: number): Shock {
  return { ...shock, issuerLosses: shock.issuerLosses.map((own, b) => (b === issuer ? Math.max(own, loss) : own)) };
}

/** Slots of the issuers, largest first, without those over whom there is no collateral: their failure reaches nobody. */
function failingIssuers(system: ContagionSystem): readonly number[] {
  const sizes = issuerSizes(system);
  return byDescending(
    system.issuers.flatMap(({ id }, slot) => (sizes[slot]! > 0 ? [{ slot, id, size: sizes[slot]! }] : [])),
  );
}

function largestPool({ issuers }: ContagionSystem): number | null {
  const pools = issuers.flatMap((issuer, slot) =>
    issuer.kind === 'pool' ? [{ slot, id: issuer.id, size: issuer.supplyUsd ?? 0 }] : [],
  );
  return byDescending(pools)[0] ?? null;
}

/** Slots by size, largest first, ties by id. */
export function byDescending(
  sized: readonly { readonly slot: number; readonly id: string; readonly size: number }[],
): readonly number[] {
  return [...sized].sort((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1)).map(({ slot }) => slot);
}
