import { keccak_256 } from '@noble/hashes/sha3';
import { rlp, rlpInteger } from './rlp.ts';
import type { Upstream } from './upstream.ts';

/** Header fields in the order in which a block's hash covers them (Ethereum yellow paper 4.4.3; EIPs named). */
const fields = [
  ...['parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom'],
  ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'extraData', 'mixHash', 'nonce'],
  'baseFeePerGas', // 1559
  'withdrawalsRoot', // 4895
  ...['blobGasUsed', 'excessBlobGas'], // 4844
  'parentBeaconBlockRoot', // 4788
  'requestsHash', // 7685
] as const;
const optionalFrom = fields.indexOf('baseFeePerGas');
const quantities = new Set<string>([
  'difficulty',
  'number',
  'gasLimit',
  'gasUsed',
  'timestamp',
  'baseFeePerGas',
  'blobGasUsed',
  'excessBlobGas',
]);

/**
 * Whether the header is what its hash says. False also on chains whose headers have other fields: it proves an honest
 * node, never a liar by itself.
 */
export function hashesToItself(header: Readonly<Record<string, unknown>>): boolean {
  const values: string[] = [];
  for (const [i, field] of fields.entries()) {
    const value = header[field];
    if (typeof value !== 'string' || !/^0x[0-9a-f]*$/i.test(value)) {
      if (value === undefined && i >= optionalFrom) break;
      return false;
    }
    values.push(quantities.has(field) ? rlpInteger(value) : value.slice(2));
  }
  const hash = Buffer.from(keccak_256(rlp(values))).toString('hex');
  return `0x${hash}` === String(header['hash']).toLowerCase();
}

/**
 * Those of the nodes whose block of this number is a forgery, as far as it can be told: another node's hashes to what it
 * says and theirs does not, or most nodes agree on another one. Empty: it cannot be told.
 */
export async function forgersOf(
  number: number,
  among: readonly Upstream[],
  signal?: AbortSignal,
): Promise<readonly Upstream[]> {
  const params = [`0x${number.toString(16)}`, false];
  const asked = await Promise.allSettled(
    among.map(async (upstream) => {
      const [header] = await upstream.ask([{ method: 'eth_getBlockByNumber', params }], signal);
      return { upstream, header: header as Readonly<Record<string, unknown>> | null };
    }),
  );
  const told = asked.flatMap((answer) => {
    if (answer.status === 'rejected' || answer.value.header === null) return [];
    const { upstream, header } = answer.value;
    return [{ upstream, hash: String(header['hash']).toLowerCase(), isProved: hashesToItself(header) }];
  });
  const proved = new Set(told.filter(({ isProved }) => isProved).map(({ hash }) => hash));
  if (proved.size === 1) return told.filter(({ isProved }) => !isProved).map(({ upstream }) => upstream);
  const votes = new Map<string, number>();
  for (const { hash } of told) votes.set(hash, (votes.get(hash) ?? 0) + 1);
  const most = Math.max(0, ...votes.values());
  const winners = [...votes].filter(([, count]) => count === most).map(([hash]) => hash);
  if (most < 2 || winners.length > 1) return [];
  return told.filter(({ hash }) => hash !== winners[0]).map(({ upstream }) => upstream);
}
