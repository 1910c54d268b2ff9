import type { ContagionState } from './solver.ts';
import type { ContagionSystem } from './system.ts';

/**
 * By asset: 1 - (1 - l_k) prod (1 - g_b), the share lost to its own discount and to its issuers, in [0, 1].
 * Source: risk model 1.7. Golden file: gci.json.
 */
export function claimLosses({ assets }: ContagionSystem, { issuerLosses }: Pick<ContagionState, 'issuerLosses'>) {
  return assets.map(
    (asset): number => 1 - asset.issuers.reduce((value, b) => value * (1 - issuerLosses[b]!), 1 - asset.loss),
  );
}
