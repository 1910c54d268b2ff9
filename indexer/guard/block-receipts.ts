import { provedTransactionHashes } from './block-transactions.ts';
import { UpstreamFailure } from './failure.ts';
import { hashesToItself } from './forgery.ts';
import { indexedTrieRoot } from './indexed-trie-root.ts';
import { bloomOf } from './logs-bloom.ts';
import { rlp, rlpInteger } from './rlp.ts';
import { parseLogs, type RpcLog } from './rpc-answers.ts';
import type { Upstream } from './upstream.ts';

/** What receipts commit to of a log: its place and its content. The hash of its transaction only where that is proved too. */
export type ProvedLog = Pick<RpcLog, 'transactionIndex' | 'logIndex' | 'address' | 'topics' | 'data'> & {
  readonly transactionHash?: string;
};
type Header = Readonly<Record<string, unknown>>;

/** A receipt as a node tells it, its logs parsed. */
interface Receipt {
  readonly type?: unknown;
  /** Before EIP-658 the state root stands in the place of the status. */
  readonly status?: unknown;
  readonly root?: unknown;
  readonly cumulativeGasUsed?: unknown;
  /** Of a deposit on OP Stack chains. */
  readonly depositNonce?: unknown;
  readonly depositReceiptVersion?: unknown;
  readonly logs: readonly RpcLog[];
}

/**
 * All logs of the block that has this hash, proved: the hash covers its header, the header the root of the receipts.
 * It does not matter which node tells header and receipts. Null: no node tells any that prove it, as where nodes serve no
 * receipts, or the chain's headers or receipts are encoded otherwise. So it convicts by proof only.
 */
export async function provedLogs(
  hash: string,
  among: readonly Upstream[],
  signal?: AbortSignal,
): Promise<readonly ProvedLog[] | null> {
  const told = await answersOf(among, (upstream) => blockOf(upstream, hash, signal));
  signal?.throwIfAborted();
  const header = told.find(
    ({ header }) => String(header['hash']).toLowerCase() === hash && hashesToItself(header),
  )?.header;
  const root = rootIn(header, 'receiptsRoot');
  const receipts = told.find((one) => receiptsRoot(one.receipts) === root)?.receipts;
  if (receipts === undefined) return null;
  const transactionsRoot = rootIn(header, 'transactionsRoot');
  const hashes = told
    .map(({ header }) => provedTransactionHashes(header['transactions'], transactionsRoot))
    .find((proved) => proved !== null);
  return receipts
    .flatMap(({ logs }, transactionIndex) => logs.map((log) => ({ ...log, transactionIndex })))
    .map(({ transactionIndex, address, topics, data }, logIndex) => {
      const transactionHash = hashes?.[transactionIndex];
      const log = { transactionIndex, logIndex, address, topics, data };
      return transactionHash === undefined ? log : { ...log, transactionHash };
    });
}

function rootIn(header: Header | undefined, name: 'receiptsRoot' | 'transactionsRoot'): string {
  return String(header?.[name]).toLowerCase();
}

/** The root of a block's receipts as its header has it; null where a receipt is incomplete. */
export function receiptsRoot(receipts: readonly Receipt[]): string | null {
  const encoded = receipts.map(encodedReceipt);
  return encoded.some((one) => one === null) ? null : indexedTrieRoot(encoded as readonly Buffer[]);
}

/** Ethereum yellow paper 4.4.1, EIP-658, EIP-2718. */
function encodedReceipt(receipt: Receipt): Buffer | null {
  const { type = '0x0', status, root, cumulativeGasUsed, depositNonce, depositReceiptVersion, logs } = receipt;
  const outcome = status === undefined ? root : status;
  // OP Stack specification, "Deposits": since Canyon, which brought the version, their nonce is covered too.
  const more = depositReceiptVersion === undefined ? [] : [depositNonce, depositReceiptVersion];
  if (![type, outcome, cumulativeGasUsed, ...more].every((value) => /^0x[0-9a-f]+$/i.test(String(value)))) return null;
  const digits = (value: unknown): string => rlpInteger(String(value));
  const body = rlp([
    status === undefined ? String(root).slice(2) : digits(status),
    digits(cumulativeGasUsed),
    bloomOf(logs).slice(2),
    logs.map(({ address, topics, data }) => [address.slice(2), topics.map((topic) => topic.slice(2)), data.slice(2)]),
    ...more.map(digits),
  ]);
  return Number(type) === 0 ? body : Buffer.concat([Uint8Array.of(Number(type)), body]);
}

async function answersOf<T>(among: readonly Upstream[], question: (upstream: Upstream) => Promise<T>): Promise<T[]> {
  const asked = await Promise.allSettled(among.map(question));
  return asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

async function blockOf(
  upstream: Upstream,
  hash: string,
  signal?: AbortSignal,
): Promise<{ readonly header: Header; readonly receipts: readonly Receipt[] }> {
  const [header] = await upstream.ask([{ method: 'eth_getBlockByHash', params: [hash, true] }], signal);
  if (header === null) throw upstream.fail('lacks-block', `it has no block ${hash}`);
  return { header: header as Header, receipts: await receiptsOf(upstream, header as Header, signal) };
}

/** At once where the node can, else one by one. @throws {UpstreamFailure} */
async function receiptsOf(upstream: Upstream, header: Header, signal?: AbortSignal): Promise<readonly Receipt[]> {
  const asked = async (): Promise<unknown> => {
    try {
      return (await upstream.ask([{ method: 'eth_getBlockReceipts', params: [header['number']] }], signal))[0];
    } catch (error) {
      if (!(error instanceof UpstreamFailure) || error.kind !== 'refused') throw error;
      const transactions = header['transactions'] as readonly { readonly hash: string }[];
      return await upstream.ask(
        transactions.map(({ hash }) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
        signal,
      );
    }
  };
  const told = await asked();
  if (!Array.isArray(told)) throw upstream.fail('unavailable', 'its receipts are no list');
  return told.map((receipt: Receipt | null) => ({ ...receipt, logs: parseLogs(upstream, receipt?.logs) }));
}
