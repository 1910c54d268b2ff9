import type { DomainEvent } from '../../schema/events.ts';
import { Hash } from '../../schema/ids.ts';
import type { LogRow } from '../../schema/log-rows.ts';
import { addressAt, assertShape, intAt, notUnderstood, secondsAt, topicAt, uintAt } from './abi-words.ts';
import { filtersByContract, type PriceSource } from './source.ts';

/**
 * Derive (Lyra) v2 volatility feeds: one contract per currency, an SVI slice per expiry, signed by the venue. Earlier
 * releases emit the signer too. Parameters, forward and years are in 1e-18; the slice is in total variance of `refTau`
 * years, as the venue's own library prices it: volatility = sqrt(w / refTau).
 * https://github.com/derivexyz/v2-core (LyraVolFeed), https://github.com/derivexyz/lyra-utils (SVI)
 */
const id = 'derive';
const details =
  '(int256 SVI_a, uint256 SVI_b, int256 SVI_rho, int256 SVI_m, uint256 SVI_sigma, uint256 SVI_fwd, uint64 SVI_refTau, uint64 confidence, uint64 timestamp) volDetails';
const volDataUpdated = `VolDataUpdated(uint64 indexed expiry, ${details})`;
const volDataUpdatedTopic = Hash('0x0b6ec9c174360425894fd5ff56d14f3450d70f2c9cde3a25983d652a72b84606');
const signedVolDataUpdated = `VolDataUpdated(address indexed signer, uint64 indexed expiry, ${details})`;
const signedVolDataUpdatedTopic = Hash('0x7df2387ffdb861d3384d7774754f4505576dd1bd23b7fa54ded1dc1b2fe43cf1');
const topics = [volDataUpdatedTopic, signedVolDataUpdatedTopic];

export const derive: PriceSource = {
  id,
  options: true,
  topics,
  logFilters: (feeds) => filtersByContract(feeds, topics),
  stateReads: () => [],
  decodeLog,
  decodeStateRead: () => [],
};

function decodeLog(row: LogRow): readonly DomainEvent[] {
  const isSigned = row.topics[0] === signedVolDataUpdatedTopic;
  try {
    assertShape(row, isSigned ? 3 : 2, 9);
    if (isSigned) addressAt(topicAt(row, 1), 0, 'signer');
    return [
      {
        type: 'OptionSmileReported',
        chainId: row.chainId,
        source: id,
        reporter: row.address,
        expiry: secondsAt(topicAt(row, isSigned ? 2 : 1), 0, 64, 'expiry'),
        svi: {
          a: intAt(row.data, 0, 256, 'SVI_a'),
          b: uintAt(row.data, 1, 256, 'SVI_b'),
          rho: intAt(row.data, 2, 256, 'SVI_rho'),
          m: intAt(row.data, 3, 256, 'SVI_m'),
          s: uintAt(row.data, 4, 256, 'SVI_sigma'),
        },
        forward: uintAt(row.data, 5, 256, 'SVI_fwd'),
        years: uintAt(row.data, 6, 64, 'SVI_refTau'),
        confidence: uintAt(row.data, 7, 64, 'confidence'),
        observedAt: secondsAt(row.data, 8, 64, 'timestamp'),
        blockNumber: row.blockNumber,
      },
    ];
  } catch (error) {
    return [notUnderstood(row, id, row.address, isSigned ? signedVolDataUpdated : volDataUpdated, error)];
  }
}
