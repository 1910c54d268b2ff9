import { setTimeout as sleep } from 'node:timers/promises';

export interface GatewayBlock {
  readonly header: { readonly number: number; readonly hash: string };
  readonly logs: readonly { readonly logIndex: number; readonly transactionHash: string; readonly data: string }[];
}

/** Reads [from, to] by the gateway protocol as the processor's client does, without its long pauses. */
export async function readGateway(
  url: string,
  query: { readonly fromBlock: number; readonly toBlock: number; readonly logs: readonly object[] },
  onAnswer: (blocks: readonly GatewayBlock[]) => void = () => {},
): Promise<readonly GatewayBlock[]> {
  const found: GatewayBlock[] = [];
  for (let fromBlock = query.fromBlock; fromBlock <= query.toBlock; ) {
    const worker = await (await fetch(`${url}/${fromBlock}/worker`)).text();
    const response = await fetch(worker, { method: 'POST', body: JSON.stringify({ ...query, fromBlock }) });
    if (response.status === 503) {
      await sleep(20);
      continue;
    }
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    const blocks = (await response.json()) as GatewayBlock[];
    onAnswer(blocks);
    found.push(...blocks);
    fromBlock = (blocks.at(-1) as GatewayBlock).header.number + 1;
  }
  return found;
}

/** `number/logIndex transactionHash data` of every log. */
export function logLines(blocks: readonly GatewayBlock[]): string[] {
  return blocks.flatMap(({ header, logs }) =>
    logs.map((log) => `${header.number}/${log.logIndex} ${header.hash} ${log.transactionHash} ${log.data}`),
  );
}
