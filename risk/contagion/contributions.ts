import type { PublishedContagionDetails } from '../../schema/published.ts';
import { collateralOf } from './account-columns.ts';
import { issuerSizes } from './claim-graph.ts';
import type { ContagionParameters } from './parameters.ts';
import { byDescending } from './scenarios.ts';
import type { ContagionSolver } from './solver.ts';
import { type ContagionSystem, observedShock, type Shock } from './system.ts';

export type Contributions = PublishedContagionDetails['contributions'];

/** A player: the assets and issuers whose losses count when it takes part. */
type Player = { readonly name: string; readonly assets: readonly number[]; readonly issuers: readonly number[] };

/**
 * Where GCI_now comes from: with v(X) = R at the losses of X only,
 * phi_x = [v({x}) - v(none) + v(all) - v(all but x)] / 2, scaled to add up to v(all) - v(none).
 * A two-point Shapley value: exact for two players. At most 2 (m + 1) + 1 solves for m named sources.
 * @param total v(all): GCI_now of the same system.
 * Source: risk model 1.9. Golden file: gci.json.
 */
export function contributions(
  system: ContagionSystem,
  parameters: ContagionParameters,
  solver: ContagionSolver,
  total: number,
): Contributions {
  const observed = observedShock(system);
  const lostTo = (players: readonly Player[]): number => {
    const assets = new Set(players.flatMap((player) => player.assets));
    const issuers = new Set(players.flatMap((player) => player.issuers));
    const shock: Shock = {
      ...observed,
      assetLosses: observed.assetLosses.map((loss, k) => (assets.has(k) ? loss : 0)),
      issuerLosses: observed.issuerLosses.map((loss, b) => (issuers.has(b) ? loss : 0)),
    };
    return solver.stress(shock, solver.solve(shock)).healthLost;
  };

  const players = playersOf(system, parameters.namedSourcesMax);
  const none = players.length === 0 ? total : lostTo([]);
  const raw = players.map((player) => {
    const alone = players.length === 1 ? total : lostTo([player]);
    const without = players.length === 1 ? none : lostTo(players.filter((other) => other !== player));
    return 0.5 * (alone - none + total - without);
  });
  const sum = raw.reduce((all, phi) => all + phi, 0);
  return {
    liquidationsAlone: none,
    sources: players.map(({ name }, i) => ({ name, share: sum === 0 ? 0 : (raw[i]! / sum) * (total - none) })),
    total,
  };
}

function playersOf(system: ContagionSystem, namedMax: number): readonly Player[] {
  const { byAssetUsd } = collateralOf(system.accounts, system.assets.length);
  const sizes = issuerSizes(system);
  const sources = [
    ...system.assets.map((asset, k) => ({
      name: `asset:${asset.id}`,
      loss: asset.loss,
      size: asset.loss * byAssetUsd[k]!,
      assets: [k],
      issuers: [],
    })),
    ...system.issuers.map((issuer, b) => ({
      name: `issuer:${issuer.id}`,
      loss: issuer.loss,
      size: issuer.loss * sizes[b]!,
      assets: [],
      issuers: [b],
    })),
  ].filter(({ loss }) => loss > 0);
  const ordered = byDescending(sources.map(({ name, size }, slot) => ({ slot, id: name, size }))).map(
    (slot): Player => sources[slot]!,
  );
  const rest = ordered.slice(namedMax);
  if (rest.length === 0) return ordered;
  return [
    ...ordered.slice(0, namedMax),
    {
      name: 'rest',
      assets: rest.flatMap(({ assets }) => assets),
      issuers: rest.flatMap(({ issuers }) => issuers),
    },
  ];
}
