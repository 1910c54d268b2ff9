import path from 'node:path';
import { configurationOf, meaningOf, readLayer } from '../cli/configuration.ts';
import type { Devnet } from '../devnet/devnet.ts';
import { FoldEngine, type LogEntry } from '../indexer/fold/engine.ts';
import { decoderFor } from '../indexer/fold/lineage.ts';
import { configAdoptedObservation } from '../indexer/sources/observations.ts';
import { filtersFor, stateReadsFor } from '../indexer/sources/registry.ts';
import type { IssuerRecord, IssuerStatus, MessageRecord } from '../risk/bridge/records.ts';
import { Address, ChainId, Hash, Hex } from '../schema/ids.ts';
import type { LogRow, ObservationRow, StateReadRow } from '../schema/log-rows.ts';
import { observationStreams } from '../schema/order-key.ts';

const root = path.join(import.meta.dirname, '..');
const noHash = Hash(`0x${'0'.repeat(64)}`);

/** What the devnet's configuration says of bridges, and nothing else of it. */
function bridgeMeaning() {
  const layers = ['chains.json', 'devnet/chains.overlay.json'].map((file) => readLayer(path.join(root, file), file));
  const { contagion: _, ...meaning } = meaningOf(configurationOf(layers)).meaning;
  const chains = Object.entries(meaning.chains).map(
    ([name, { deployments: __, ...chain }]) => [name, { ...chain, feeds: {} }] as const,
  );
  return { ...meaning, chains: Object.fromEntries(chains) };
}

interface RpcLog {
  readonly blockNumber: Hex;
  readonly logIndex: Hex;
  readonly transactionHash: Hex;
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** The chains' bridges as ingest would read them, folded: what the model says of them at any second. */
export class BridgeIndex {
  readonly #engine: FoldEngine;
  readonly #entries: readonly LogEntry[];
  #next = 0;
  /** Newest second that every chain covers. */
  readonly coveredTime: number;

  private constructor(engine: FoldEngine, entries: readonly LogEntry[], coveredTime: number) {
    this.#engine = engine;
    this.#entries = entries;
    this.coveredTime = coveredTime;
  }

  static async of(devnet: Devnet): Promise<BridgeIndex> {
    const meaning = bridgeMeaning();
    const blocks: LogEntry[] = [];
    const heads: number[] = [];
    for (const { name, rpcUrl } of devnet.chains) {
      const chain = meaning.chains[name]!;
      const chainId = ChainId(chain.chainId);
      const times = new Map(devnet.truth.blocks(name).map(({ number, time }) => [number, time]));
      heads.push(Math.max(...times.values()));
      const found = await Promise.all(
        filtersFor(chain).map(
          ({ addresses, topic0, topic1 }) =>
            rpc(rpcUrl, 'eth_getLogs', [
              {
                ...{ fromBlock: `0x${chain.startBlock.toString(16)}`, toBlock: 'latest' },
                ...{ address: addresses, topics: [topic0, ...(topic1 ? [topic1] : [])] },
              },
            ]) as Promise<readonly RpcLog[]>,
        ),
      );
      const rows = new Map<string, LogRow>();
      for (const log of found.flat()) {
        const row: LogRow = {
          ...{ chainId, blockNumber: Number(log.blockNumber), logIndex: Number(log.logIndex) },
          ...{ transactionHash: Hash(log.transactionHash), address: Address(log.address) },
          ...{ topics: log.topics.map(Hash), data: Hex(log.data) },
        };
        rows.set(`${row.blockNumber} ${row.logIndex}`, row);
      }
      const reads = stateReadsFor(chain);
      for (const [number, time] of times) {
        if (number < chain.startBlock) continue;
        const due = number === chain.startBlock || number % chain.stateReadEveryBlocks === 0;
        const stateReads: StateReadRow[] = [];
        for (const { to, calldata } of due ? reads : []) {
          const answer = await rpc(rpcUrl, 'eth_call', [{ to, data: calldata }, `0x${number.toString(16)}`]).catch(
            () => '0x',
          );
          stateReads.push({
            chainId,
            blockNumber: number,
            to,
            calldata,
            result: answer === '0x' ? null : Hex(answer as string),
          });
        }
        const logs = [...rows.values()]
          .filter(({ blockNumber }) => blockNumber === number)
          .sort((a, b) => a.logIndex - b.logIndex);
        if (logs.length + stateReads.length === 0) continue;
        const block = { chainId, number, hash: noHash, timestamp: time, rowsSha256: noHash, logCount: logs.length };
        blocks.push({ time, block: { ...block, logs, stateReads } });
      }
    }
    blocks.sort((a, b) => a.time - b.time || a.block!.chainId - b.block!.chainId || a.block!.number - b.block!.number);
    const time = blocks[0]!.time;
    const observation: ObservationRow = {
      ...{ stream: observationStreams.configuration, position: 1, effectiveTime: time, sourceTime: time },
      ...configAdoptedObservation(meaning),
    };
    const engine = new FoldEngine(decoderFor([observation]));
    return new BridgeIndex(engine, [{ time, observation }, ...blocks], Math.min(...heads));
  }

  /** Goes on to a second. */
  async through(time: number): Promise<void> {
    const from = this.#next;
    while (this.#next < this.#entries.length && this.#entries[this.#next]!.time <= time) this.#next++;
    await this.#engine.foldThrough(time, this.#entries.slice(from, this.#next));
    this.#engine.finalise(time);
  }

  status(issuer: string): IssuerStatus {
    return (this.#engine.fold.state.get('issuer', issuer) as unknown as IssuerRecord).last as IssuerStatus;
  }

  messages(): readonly MessageRecord[] {
    const { state } = this.#engine.fold;
    return state.keys('bridgeMessage').map((key) => state.get('bridgeMessage', key) as unknown as MessageRecord);
  }
}

async function rpc(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { error, result } = (await response.json()) as { error?: { message: string }; result?: unknown };
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}
