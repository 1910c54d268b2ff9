import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the service answers one question: a status and a body, or whatever else may befall a connection. */
export type ServiceAnswer =
  | {
      readonly status?: number;
      readonly headers?: { readonly [name: string]: string };
      readonly body: unknown;
    }
  | 'hang'
  | 'reset'
  | ((response: ServerResponse) => void);

/**
 * LayerZero Scan on the loopback interface: replays answers by path, in the shape that
 * docs.layerzero.network/v2/tools/layerzeroscan/api documents. What it was told nothing about it does not know (404).
 */
export class ScanService {
  readonly asked: string[] = [];
  readonly answers = new Map<string, ServiceAnswer>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ScanService> {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      service.asked.push(path);
      const answer = service.answers.get(path) ?? service.answers.get('*') ?? { status: 404, body: { message: 'no' } };
      if (answer === 'hang') return;
      if (answer === 'reset') request.socket.destroy();
      else if (typeof answer === 'function') answer(response);
      else {
        const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(text);
      }
    });
    const service = new ScanService(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get api(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An item of `data`, with the fields that are read and some of those that are not. */
export const scanItem = (told: {
  readonly guid: string;
  readonly sourceId: number;
  readonly destinationId: number;
  readonly status: string;
  readonly sourceTransaction?: string | null;
  readonly destinationTransaction?: string | null;
  readonly destinationTime?: number | string;
}) => ({
  pathway: {
    srcEid: told.sourceId,
    dstEid: told.destinationId,
    sender: { address: `0x${'0a'.repeat(20)}`, id: 'token', name: 'Token', chain: 'ethereum' },
    receiver: { address: `0x${'0f'.repeat(20)}`, chain: 'arbitrum' },
    id: `${told.sourceId}-${told.destinationId}`,
    nonce: 1,
  },
  source: {
    status: 'SUCCEEDED',
    ...(told.sourceTransaction && {
      tx: { txHash: told.sourceTransaction, blockNumber: '19000000', blockTimestamp: 1_700_000_000, value: '0' },
    }),
  },
  destination: {
    status: told.destinationTransaction ? 'SUCCEEDED' : 'WAITING',
    ...(told.destinationTransaction && {
      tx: { txHash: told.destinationTransaction, blockNumber: 200, blockTimestamp: told.destinationTime },
    }),
  },
  verification: { dvn: { dvns: {}, status: 'SUCCEEDED' }, sealer: { status: 'SUCCEEDED' } },
  guid: told.guid,
  config: { inboundConfig: { confirmations: 15, requiredDVNCount: 2 } },
  status: { name: told.status, message: 'as told' },
});
