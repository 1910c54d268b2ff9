import type { PublishedContagionDetails } from '../../schema/published.ts';
import { debtUsdOf } from './account-columns.ts';
import { chainLengths } from './claim-graph.ts';
import type { ContagionSystem } from './system.ts';

export type Indicators = PublishedContagionDetails['indicators'];

/** All 0 without debt. Source: risk model 1.9. */
export function indicators(system: ContagionSystem): Indicators {
  const { accounts, assets } = system;
  const { collateral, collateralStart, count, deployment, owner } = accounts;
  const lengths = chainLengths(system);
  const byDeployment = new Groups();
  const byOwner = new Groups();
  const byRoot = new Groups();
  const byIssuer = new Groups();
  const deploymentsOf = new Map<string, number>();
  const overlapping = new Set<string>();
  let claimed = 0;
  let chained = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const debt = debtUsdOf(accounts, i);
    if (debt === 0) continue;
    const name = owner[i]!;
    total += debt;
    byDeployment.add(deployment[i]!, debt);
    byOwner.add(name, debt);
    const first = deploymentsOf.get(name);
    if (first === undefined) deploymentsOf.set(name, deployment[i]!);
    else if (first !== deployment[i]) overlapping.add(name);

    let held = 0;
    for (let k = collateralStart[i]!; k < collateralStart[i + 1]!; k++) held += collateral.usd[k]!;
    if (held === 0) {
      byRoot.add('none', debt);
      byIssuer.add('none', debt);
      continue;
    }
    for (let k = collateralStart[i]!; k < collateralStart[i + 1]!; k++) {
      const { issuers, root } = assets[collateral.asset[k]!]!;
      const part = debt * (collateral.usd[k]! / held);
      if (issuers.length > 0) claimed += part;
      chained += part * lengths[collateral.asset[k]!]!;
      byRoot.add(root, part);
      if (issuers.length === 0) byIssuer.add('none', part);
      for (const issuer of issuers) byIssuer.add(issuer, part / issuers.length);
    }
  }
  const share = (debt: number) => (total > 0 ? debt / total : 0);
  return {
    interProtocolLeverage: Math.min(1, share(claimed)),
    chainLength: share(chained),
    ownerOverlap: share(byOwner.sumOf(overlapping)),
    concentration: {
      byDeployment: byDeployment.herfindahl(total),
      byOwner: byOwner.herfindahl(total),
      byCollateralRoot: byRoot.herfindahl(total),
      byIssuer: byIssuer.herfindahl(total),
    },
  };
}

/** Debt by group, in order of first appearance, which follows slots. */
class Groups {
  readonly #debtUsd = new Map<string | number, number>();

  add(group: string | number, debtUsd: number): void {
    this.#debtUsd.set(group, (this.#debtUsd.get(group) ?? 0) + debtUsd);
  }

  sumOf(groups: ReadonlySet<string | number>): number {
    let sum = 0;
    for (const [group, debtUsd] of this.#debtUsd) if (groups.has(group)) sum += debtUsd;
    return sum;
  }

  herfindahl(totalUsd: number): number {
    let sum = 0;
    for (const debtUsd of this.#debtUsd.values()) sum += (debtUsd / totalUsd) * (debtUsd / totalUsd);
    return Math.min(1, sum);
  }
}
