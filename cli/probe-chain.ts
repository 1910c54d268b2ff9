import { type Client, createClient, http, webSocket } from 'viem';
import { finalityDueAbove } from '../indexer/ingest/chain-head.ts';
import type { ChainEntry } from '../schema/chains-config.ts';
import { redactUrls } from '../schema/redaction.ts';

/** One line of `avsl doctor`. `note` is worth knowing; only `wrong` makes the command fail. */
export interface Finding {
  readonly verdict: 'ok' | 'note' | 'wrong';
  /** What was looked at: `configuration`, `database`, or a chain. */
  readonly part: string;
  readonly found: string;
  readonly remedy?: string;
}

export interface ProbeOptions {
  readonly chain: string;
  readonly entry: ChainEntry;
  /** Wall clock, seconds; null where block times do not follow it, as on the devnet. */
  readonly now: number | null;
  /** The block that ties the database to a network; null before the first connect. */
  readonly anchor: { readonly block: number; readonly hash: string } | null;
}

interface Block {
  readonly number: number;
  readonly hash: string;
  readonly time: number;
}

interface EndpointProbe {
  readonly findings: readonly Finding[];
  /** Null: it never came to that. */
  readonly finality: { readonly head: number; readonly finalised: number | null } | null;
}

const timeoutMs = 10_000;
const headAgeBlocksMax = 20;
const headAgeSecondsMin = 60;

/** Asks every endpoint of a chain what it is, and the first good one whether the contracts are there. */
export async function probeChain(options: ProbeOptions): Promise<readonly Finding[]> {
  const { chain, entry } = options;
  const { rpc, gateway } = entry.wiring;
  const { chainId } = entry.meaning;
  if (rpc.length === 0) {
    const found = 'no RPC endpoint is configured';
    return [
      {
        verdict: 'wrong',
        part: chain,
        found,
        remedy: `Set RPC_${chainId}, or chains.${chain}.wiring.rpc in a --chains file.`,
      },
    ];
  }
  const socketsOnly: Finding = {
    verdict: 'wrong',
    part: chain,
    found: 'every RPC endpoint is a WebSocket; state reads and finality need one over HTTP',
    remedy: `Add an http(s) URL to RPC_${chainId}.`,
  };
  const probes = await Promise.all(rpc.map((url) => probeEndpoint(url, options)));
  const someTellFinality = probes.some(({ finality }) => finality !== null && finality.finalised !== null);
  const found = probes.map(({ findings, finality }, i): readonly Finding[] =>
    finality === null
      ? findings
      : [...findings, finalityFinding(redactUrls(rpc[i] as string), options, finality, someTellFinality)],
  );
  const good = rpc.find((_, i) => found[i]?.every(({ verdict }) => verdict !== 'wrong'));
  return [
    ...(rpc.some((url) => /^https?:/.test(url)) ? [] : [socketsOnly]),
    ...found.flat(),
    ...(gateway === null ? [] : [await probeGateway(gateway, chain)]),
    ...(good === undefined ? [] : await probeContracts(good, chain, entry)),
  ];
}

/** Judges as ingest does: a chain may be too young for finality, and one endpoint that tells it is enough. */
function finalityFinding(
  shown: string,
  { chain, entry: { meaning } }: ProbeOptions,
  { head, finalised }: NonNullable<EndpointProbe['finality']>,
  someTellFinality: boolean,
): Finding {
  if (finalised !== null) {
    const found = `${shown} calls block ${finalised} finalised, ${head - finalised} behind its head`;
    return { verdict: 'ok', part: chain, found };
  }
  const due = finalityDueAbove(meaning);
  if (head <= due) {
    const found =
      `${shown} calls no block finalised yet: its head ${head} is no further than block ${due} (startBlock and ` +
      'reorgDepthBlocksMax). Ingest goes on, and nothing is final until it does';
    return { verdict: 'note', part: chain, found };
  }
  const found = `${shown} calls no block finalised, which is expected above block ${due}`;
  return someTellFinality
    ? { verdict: 'note', part: chain, found: `${found}; ingest asks the other endpoints` }
    : {
        verdict: 'wrong',
        part: chain,
        found: `${found}; ingest refuses it`,
        remedy: `Set RPC_${meaning.chainId} to a node that answers the block tag "finalized": without it no value becomes final.`,
      };
}

async function probeEndpoint(url: string, { chain, entry, now, anchor }: ProbeOptions): Promise<EndpointProbe> {
  const shown = redactUrls(url);
  const { meaning } = entry;
  const wrong = (found: string, remedy: string): Finding => ({
    verdict: 'wrong',
    part: chain,
    found: `${shown} ${found}`,
    remedy,
  });
  const only = (finding: Finding): EndpointProbe => ({ findings: [finding], finality: null });
  return withClient(url, async (client) => {
    const chainId = Number(await client.request({ method: 'eth_chainId' }));
    if (chainId !== meaning.chainId) {
      return only(
        wrong(`has chain id ${chainId}, chains.json says ${meaning.chainId}`, `Correct RPC_${meaning.chainId}.`),
      );
    }
    const head = await blockAt(client, 'latest');
    if (head === null)
      return only(wrong('has no blocks', `Wait until the node has synced, or correct RPC_${chainId}.`));
    const findings: Finding[] = [];

    const age = now === null ? null : now - head.time;
    const ageMax = Math.max(headAgeSecondsMin, headAgeBlocksMax * meaning.blockSeconds);
    const at = age === null ? new Date(head.time * 1000).toISOString() : `${age} s old`;
    if (age !== null && age > ageMax) {
      findings.push(
        wrong(
          `is behind: head ${head.number} is ${at}, at most ${ageMax} s are usual`,
          'Wait until the node has synced, or use another.',
        ),
      );
    } else {
      findings.push({
        verdict: 'ok',
        part: chain,
        found: `${shown} has chain id ${chainId}, head ${head.number}, ${at}`,
      });
    }

    const finalised = await blockAt(client, 'finalized').catch(() => null);
    if (meaning.startBlock > head.number) {
      const found = `has no block ${meaning.startBlock}, where chains.json starts; its head is ${head.number}`;
      findings.push(wrong(found, `Correct chains.${chain}.meaning.startBlock, or wait until the node has synced.`));
    }
    const stated = meaning.startBlockHash
      ? [{ block: meaning.startBlock, hash: meaning.startBlockHash, by: 'chains.json says' }]
      : [];
    const recorded = anchor === null ? [] : [{ ...anchor, by: 'this database recorded' }];
    for (const { block, hash, by } of [...stated, ...recorded]) {
      const found = await blockAt(client, `0x${block.toString(16)}`);
      if (found === null || found.hash === hash) continue;
      findings.push(
        wrong(
          `belongs to another network: its block ${block} is ${found.hash}, ${by} ${hash}`,
          `Correct RPC_${chainId}, or set DATA_DIR or DATABASE_URL to another database.`,
        ),
      );
    }
    return { findings, finality: { head: head.number, finalised: finalised?.number ?? null } };
  }).catch((error) =>
    only(wrong(`does not answer: ${reasonOf(error)}`, `Start the node, or correct RPC_${meaning.chainId}.`)),
  );
}

async function probeContracts(url: string, chain: string, entry: ChainEntry): Promise<readonly Finding[]> {
  const feedsAt = new Map<string, string[]>();
  for (const [name, { address }] of Object.entries(entry.meaning.feeds)) {
    feedsAt.set(address, [...(feedsAt.get(address) ?? []), name]);
  }
  const addresses = [...feedsAt.keys()].sort();
  const codes = await withClient(url, (client) =>
    Promise.all(
      addresses.map((address) =>
        client.request({ method: 'eth_getCode', params: [address as `0x${string}`, 'latest'] }),
      ),
    ),
  ).catch((error: unknown) => reasonOf(error));
  if (typeof codes === 'string') {
    const found = `${redactUrls(url)} does not say whether the contracts are there: ${codes}`;
    return [{ verdict: 'wrong', part: chain, found, remedy: 'Try again, or use another node.' }];
  }
  const missing = addresses.filter((_, i) => (codes[i] ?? '0x') === '0x');
  return [
    ...(missing.length < addresses.length
      ? [
          {
            verdict: 'ok',
            part: chain,
            found: `code at ${addresses.length - missing.length} of ${addresses.length} addresses`,
          } as const,
        ]
      : []),
    ...missing.map(
      (address): Finding => ({
        verdict: 'wrong',
        part: chain,
        found: `no code at ${address}, which feed ${feedsAt.get(address)?.join(', ')} watches`,
        remedy: `Correct the address in chains.${chain}.meaning.feeds, or the endpoint.`,
      }),
    ),
  ];
}

async function probeGateway(url: string, chain: string): Promise<Finding> {
  const shown = redactUrls(url);
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/height`, { signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    if (response.ok && /^\d+$/.test(text)) {
      return { verdict: 'ok', part: chain, found: `gateway ${shown} reaches block ${text}` };
    }
    throw new Error(`HTTP ${response.status}, not a block number`);
  } catch (error) {
    const found = `gateway ${shown} does not answer: ${reasonOf(error)}`;
    return {
      verdict: 'wrong',
      part: chain,
      found,
      remedy: `Correct chains.${chain}.wiring.gateway or its GATEWAY_ setting, or remove it.`,
    };
  }
}

async function withClient<T>(url: string, body: (client: Client) => Promise<T>): Promise<T> {
  if (/^https?:/.test(url)) return body(createClient({ transport: http(url, { timeout: timeoutMs, retryCount: 0 }) }));
  const transport = webSocket(url, { timeout: timeoutMs, retryCount: 0, reconnect: false, keepAlive: false });
  const client = createClient({ transport });
  const socket = await client.transport.getRpcClient();
  try {
    return await body(client);
  } finally {
    socket.close();
  }
}

async function blockAt(client: Client, block: 'latest' | 'finalized' | `0x${string}`): Promise<Block | null> {
  const found = await client.request({ method: 'eth_getBlockByNumber', params: [block, false] });
  if (!found?.hash || found.number === null) return null;
  return { number: Number(found.number), hash: found.hash.toLowerCase(), time: Number(found.timestamp) };
}

/** Why something failed, without the secrets of URLs. */
export function reasonOf(error: unknown): string {
  const { shortMessage, details, message, cause, code } = error as {
    readonly shortMessage?: string;
    readonly details?: string;
    readonly message?: string;
    readonly cause?: { readonly message?: string };
    readonly code?: string;
  };
  const parts = shortMessage ? [shortMessage, details] : [message || code, cause?.message];
  return redactUrls(parts.filter((part) => part).join(' ')) || 'no reason given';
}
