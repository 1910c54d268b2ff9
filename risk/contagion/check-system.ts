import { InvariantError } from '../../schema/errors.ts';
import type { ContagionSystem, Shock } from './system.ts';

/** Amounts above this are refused: no sum of the model can overflow. */
export const AMOUNT_USD_MAX = 1e30;

/** Columns hold the slot of an asset in 16 bits. */
const ASSETS_MAX = 65_536;

const AMOUNT_DOMAIN = `an amount in [0, ${AMOUNT_USD_MAX}]`;
const SHARE_DOMAIN = 'a share in [0, 1]';

const isAmount = (value: number) => value >= 0 && value <= AMOUNT_USD_MAX;
const isShare = (value: number) => value >= 0 && value <= 1;
const isSlot = (value: number, count: number) => Number.isSafeInteger(value) && value >= 0 && value < count;

function refuse(place: string, value: unknown, expected: string): never {
  throw new InvariantError(`Contagion: ${place} is ${value}, expected ${expected}`);
}

/** Whose field it is, for the message. */
type Owner = 'asset' | 'issuer' | 'deployment';

function amount(value: number, field: string, owner: Owner, id: string): void {
  if (!isAmount(value)) refuse(`${field} of ${owner} ${id}`, value, AMOUNT_DOMAIN);
}

function share(value: number, field: string, owner: Owner, id: string): void {
  if (!isShare(value)) refuse(`${field} of ${owner} ${id}`, value, SHARE_DOMAIN);
}

function slot(value: number, count: number, list: string, field: string, owner: Owner, id: string): void {
  if (!isSlot(value, count)) refuse(`${field} of ${owner} ${id}`, value, `a slot of the ${count} ${list}`);
}

/**
 * Everything but the accounts.
 * @throws {InvariantError} naming the place of the first thing that is negative, infinite, no number, out of its domain,
 * a slot that does not exist, a second root asset of one root, or an issuer named twice by one asset.
 */
export function checkFrame(system: ContagionSystem): void {
  const { roots, assets, issuers, deployments } = system;
  if (assets.length > ASSETS_MAX) refuse('the number of assets', assets.length, `at most ${ASSETS_MAX}`);
  const rootAssets = new Map<number, string>();
  for (const { depthUsd, id, isRoot, issuers: owing, loss, root, sellsAs } of assets) {
    slot(root, roots.length, 'roots', 'root', 'asset', id);
    slot(sellsAs, assets.length, 'assets', 'sellsAs', 'asset', id);
    amount(depthUsd, 'depthUsd', 'asset', id);
    share(loss, 'loss', 'asset', id);
    for (const issuer of owing) slot(issuer, issuers.length, 'issuers', 'an issuer', 'asset', id);
    if (owing.length > 1 && new Set(owing).size < owing.length) {
      refuse(`issuers of asset ${id}`, owing, 'each one once');
    }
    if (!isRoot) continue;
    const other = rootAssets.get(root);
    if (other !== undefined) refuse(`isRoot of asset ${id}`, true, `false: ${other} is the root asset already`);
    rootAssets.set(root, id);
  }
  for (const { id, loss, lossGivenDefault, outsideReserves, reserves, root, supplyUsd } of issuers) {
    slot(root, roots.length, 'roots', 'root', 'issuer', id);
    share(loss, 'loss', 'issuer', id);
    share(lossGivenDefault, 'lossGivenDefault', 'issuer', id);
    if (outsideReserves !== null) amount(outsideReserves, 'outsideReserves', 'issuer', id);
    if (supplyUsd !== null) amount(supplyUsd, 'supplyUsd', 'issuer', id);
    for (const reserve of reserves) {
      slot(reserve.asset, assets.length, 'assets', 'a reserve asset', 'issuer', id);
      amount(reserve.share, 'a reserve share', 'issuer', id);
    }
  }
  for (const { bonus, closeFactor, fullLiquidationHealthFactor, id } of deployments) {
    amount(bonus, 'bonus', 'deployment', id);
    share(closeFactor, 'closeFactor', 'deployment', id);
    share(fullLiquidationHealthFactor, 'fullLiquidationHealthFactor', 'deployment', id);
  }
}

/** @throws {InvariantError} as `checkFrame`, naming the account by its position. */
export function checkAccounts(system: ContagionSystem): void {
  for (let i = 0; i < system.accounts.count; i++) checkAccount(system, i);
}

function checkAccount(system: ContagionSystem, i: number): void {
  const { accounts, assets, deployments, issuers } = system;
  const { collateral, collateralStart, debts, debtStart } = accounts;
  if (!isSlot(accounts.deployment[i]!, deployments.length)) {
    refuseAccount(system, i, 'deployment', accounts.deployment[i], `a slot of the ${deployments.length} deployments`);
  }
  for (let k = collateralStart[i]!; k < collateralStart[i + 1]!; k++) {
    const { asset, liquidationThreshold, taint, usd } = collateral;
    if (!(asset[k]! < assets.length)) {
      refuseAccount(system, i, 'a collateral asset', asset[k], `a slot of the ${assets.length} assets`);
    }
    if (!isAmount(usd[k]!)) refuseAccount(system, i, 'a collateral amount', usd[k], AMOUNT_DOMAIN);
    if (!isShare(liquidationThreshold[k]!)) {
      refuseAccount(system, i, 'a liquidationThreshold', liquidationThreshold[k], SHARE_DOMAIN);
    }
    if (!isShare(taint[k]!)) refuseAccount(system, i, 'a taint', taint[k], SHARE_DOMAIN);
  }
  for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) {
    const { asset, pool, usd } = debts;
    if (!(asset[l]! < assets.length)) {
      refuseAccount(system, i, 'a debt asset', asset[l], `a slot of the ${assets.length} assets`);
    }
    if (!isAmount(usd[l]!)) refuseAccount(system, i, 'a debt amount', usd[l], AMOUNT_DOMAIN);
    if (!(pool[l]! >= -1 && pool[l]! < issuers.length)) {
      refuseAccount(system, i, 'a debt pool', pool[l], `a slot of the ${issuers.length} issuers`);
    }
  }
}

function refuseAccount(system: ContagionSystem, i: number, field: string, value: unknown, expected: string): never {
  refuse(`${field} of account ${i} (owner ${system.accounts.owner[i]})`, value, expected);
}

/** @throws {InvariantError} when a shock has not one share in [0, 1] per root, asset and issuer, or USD falls. */
export function checkShock(system: ContagionSystem, shock: Shock): void {
  const { roots, assets, issuers } = system;
  checkShares('fall', shock.falls, roots, (root) => root);
  checkShares('loss', shock.assetLosses, assets, ({ id }) => id);
  checkShares('loss', shock.issuerLosses, issuers, ({ id }) => id);
  const usd = roots.indexOf('USD');
  if (usd >= 0 && shock.falls[usd] !== 0) refuse('the fall of USD in a shock', shock.falls[usd], '0');
}

function checkShares<Item>(
  what: string,
  values: readonly number[],
  items: readonly Item[],
  nameOf: (item: Item) => string,
): void {
  if (values.length !== items.length) refuse(`the number of values of ${what}`, values.length, `${items.length}`);
  for (let i = 0; i < values.length; i++) {
    if (!isShare(values[i]!)) refuse(`${what} of ${nameOf(items[i]!)} in a shock`, values[i], SHARE_DOMAIN);
  }
}
