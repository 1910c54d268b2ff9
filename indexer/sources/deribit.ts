import type { DeribitSettings } from '../../schema/chains-config.ts';
import type { FeedDefinition, OptionChainReported } from '../../schema/events.ts';
import { Address, AssetId, FeedId, OFF_CHAIN } from '../../schema/ids.ts';
import type { OptionChain } from '../../schema/option-chain.ts';
import { seriesKey } from './recorded.ts';
import { oracleOf, type PriceSource } from './source.ts';

/**
 * Deribit: an exchange asked over HTTPS, no contract emits anything. Its answers stand in the log as observations. Options
 * are inverse: premiums are paid in the coin, and one unit of it is worth the future of the expiry, so that premium times
 * forward is the undiscounted price in USD.
 * https://docs.deribit.com/api-reference/market-data/public-get_book_summary_by_currency
 */
const id = 'deribit';
/** Stands for all of it where others have a contract. */
const deribitAddress = Address('0x6465726962697400000000000000000000000000');

export const deribit: PriceSource = {
  id,
  keyed: true,
  options: true,
  topics: [],
  logFilters: () => [],
  stateReads: () => [],
  decodeLog: () => [],
  decodeStateRead: () => [],
};

const reporterOf = (currency: string): string => oracleOf({ address: deribitAddress, key: seriesKey(currency) });

/** The feeds that `settings` name, sorted by id; none where Deribit is not to be asked. */
export function deribitFeeds({ enabled, markets }: DeribitSettings): readonly FeedDefinition[] {
  if (!enabled) return [];
  return Object.keys(markets)
    .sort()
    .map((asset) => {
      const { currency, weight } = markets[asset] as DeribitSettings['markets'][string];
      return {
        id: FeedId(`${id}/${asset}`),
        chainId: OFF_CHAIN,
        source: id,
        group: id,
        purpose: 'option-market',
        asset: AssetId(asset),
        oracle: reporterOf(currency),
        reporter: reporterOf(currency),
        decimals: null,
        heartbeatSeconds: 600,
        deviationThreshold: 0.01,
        weight,
      };
    });
}

/** What an observed chain says. */
export function optionChainReported({
  currency,
  observedAt,
  volatilityIndex,
  expiries,
}: OptionChain): OptionChainReported {
  return {
    type: 'OptionChainReported',
    chainId: OFF_CHAIN,
    source: id,
    reporter: reporterOf(currency),
    observedAt,
    blockNumber: 0,
    expiries: expiries.map(({ expiry, forward, strikes }) => ({
      expiry,
      forward,
      strikes: strikes.map(([strike, callBid, callAsk, putBid, putAsk]) => ({
        strike,
        callBid: callBid * forward,
        callAsk: callAsk * forward,
        putBid: putBid * forward,
        putAsk: putAsk * forward,
      })),
    })),
    volatilityIndex: volatilityIndex === null ? null : volatilityIndex / 100,
  };
}
