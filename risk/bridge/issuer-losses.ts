import type { IssuerDefinition } from '../../schema/events.ts';
import type { State } from '../state.ts';
import { type IssuerRecord, type IssuerStatus, memberOf, record } from './records.ts';

export interface IssuerLoss {
  readonly issuer: string;
  readonly definition: IssuerDefinition;
  /** Of holders on other chains, and of holders at home; in [0, 1]. One and the same without a ledger. */
  readonly lossRemote: number;
  readonly lossHome: number;
  readonly status: 'ok' | 'degraded';
  readonly reasons: IssuerStatus['reasons'];
  /** Value of deliveries that cannot be judged yet and does not count; in the family's unit. */
  readonly undetermined: number;
}

/** What every issuer has lost, as of the last closing that judged it, sorted by id. Source: risk model 1.3, 1.4. */
export function issuerLosses(state: State): readonly IssuerLoss[] {
  return state.keys('issuer').flatMap((id) => {
    const { definition, last } = record<IssuerRecord>(state, 'issuer', id) as IssuerRecord;
    if (last === null) return [];
    const { lossHome, lossRemote, reasons, status, undetermined } = last;
    return [{ issuer: id, definition, lossRemote, lossHome, status, reasons, undetermined }];
  });
}

/** Whose claim a bridged token is, and on which side of its bridge. */
export interface TokenClaim {
  readonly issuer: string;
  readonly side: 'home' | 'remote';
}

/** The claim that the token is by definition of the issuers; undefined: it is not bridged, or not watched. */
export function claimOf(
  definitions: Iterable<IssuerDefinition>,
  chainId: number,
  token: string,
): TokenClaim | undefined {
  for (const { id, ledger } of definitions) {
    if (!ledger?.members.some((member) => member.chainId === chainId && member.token === token)) continue;
    return { issuer: id, side: ledger.kind === 'lock' && ledger.home === chainId ? 'home' : 'remote' };
  }
  return undefined;
}

export interface TaintedAccount {
  readonly chainId: number;
  readonly account: string;
  readonly token: string;
  readonly issuer: string;
  /** t: share of its collateral in this token that does not count, in [0, 1]. */
  readonly weight: number;
  readonly guid: string;
  /** What it was credited, in the family's unit. */
  readonly value: string;
}

/**
 * Who was credited by a delivery without a send that is suspected or confirmed: what of the token they post as
 * collateral is tainted. First hop only. Sorted by issuer, then GUID. Source: risk model 1.3.
 */
export function taintedAccounts(state: State): readonly TaintedAccount[] {
  return state.keys('issuer').flatMap((issuer) => {
    const { last } = record<IssuerRecord>(state, 'issuer', issuer) as IssuerRecord;
    return (last?.orphans ?? []).flatMap(({ account, chainId, guid, state: judged, value, weight }) => {
      const member = memberOf(state, issuer, chainId);
      if (judged === 'undetermined' || account === '' || !member) return [];
      return [{ chainId, account, token: member.token, issuer, weight, guid, value }];
    });
  });
}
