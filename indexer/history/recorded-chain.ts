import type { Meaning } from '../../schema/chains-config.ts';
import { ChainId } from '../../schema/ids.ts';
import type { BlockLog } from '../../store/log-digest.ts';
import { sha256Hex } from '../../store/log-digest.ts';
import type { IngestedBlock } from '../../store/log-writer.ts';
import { recordedAddress, recordedLog, seriesKey } from '../sources/recorded.ts';
import { recordedVolatilityLog } from '../sources/recorded-volatility.ts';
import type { Mapping } from './mapping.ts';
import { RECORDED_DECIMALS, type Recorded } from './read-series.ts';

/** An import is a chain of its own: every moment with a price is a block, every price a log. No chain has this id. */
export const recordedChainId = ChainId(2_147_483_647);
export const recordedChainName = 'recorded';

/** What chains.json would say of such a chain. */
export function recordedChain(mapping: Mapping): Meaning['chains'][string] {
  return {
    chainId: recordedChainId,
    startBlock: 0,
    blockSeconds: 60,
    stateReadEveryBlocks: 1_000_000,
    reorgDepthBlocksMax: 1,
    feeds: Object.fromEntries(
      Object.entries(mapping.series).map(([name, series]) => [
        name,
        {
          ...(series.volatility === undefined
            ? ({ source: 'recorded', purpose: 'price', decimals: RECORDED_DECIMALS } as const)
            : ({ source: 'recorded-volatility', purpose: 'option-market' } as const)),
          asset: series.asset,
          ...(series.quote !== undefined && { quote: series.quote }),
          address: recordedAddress,
          key: seriesKey(name),
          group: series.group ?? name,
          heartbeatSeconds: series.heartbeatSeconds,
          deviationThreshold: series.deviationThreshold,
          ...(series.sampleSeconds > 0 && { sampleSeconds: series.sampleSeconds }),
          weight: series.weight,
        },
      ]),
    ),
  };
}

/**
 * The blocks of all series by ascending time, numbered from 0. A block's hash is over its rows and its parent's hash, so
 * that equal files give an equal chain, and a changed row another one from there on. Rows of one time stand by series.
 * @param volatilities the series that are volatility indices
 */
export function* recordedBlocks(
  series: ReadonlyMap<string, readonly Recorded[]>,
  volatilities: ReadonlySet<string> = new Set(),
): Generator<IngestedBlock> {
  const names = [...series.keys()].sort();
  const cursors = names.map((name) => ({
    key: seriesKey(name),
    isVolatility: volatilities.has(name),
    rows: series.get(name) as readonly Recorded[],
    next: 0,
  }));
  let parentHash = sha256Hex(Buffer.from('recorded'));
  for (let number = 0; ; number++) {
    let time = Number.POSITIVE_INFINITY;
    for (const { rows, next } of cursors) time = Math.min(time, rows[next]?.time ?? time);
    if (time === Number.POSITIVE_INFINITY) return;
    const said: ReturnType<typeof recordedLog>[] = [];
    for (const cursor of cursors) {
      for (let row = cursor.rows[cursor.next]; row?.time === time; row = cursor.rows[++cursor.next]) {
        said.push(
          cursor.isVolatility
            ? recordedVolatilityLog(cursor.key, row.value, time)
            : recordedLog(cursor.key, row.value, row.confidence, time),
        );
      }
    }
    const rows = said.map(({ topics, data }) => topics[1] + data).join();
    const hash = sha256Hex(Buffer.from(`${parentHash}${time}${rows}`));
    const logs = said.map((log, logIndex): BlockLog => ({ ...log, logIndex, transactionHash: hash }));
    yield { number, hash, parentHash, timestamp: time, logs, stateReads: [] };
    parentHash = hash;
  }
}
