import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../../schema/errors.ts';

const require = createRequire(import.meta.url);

interface Head {
  readonly height: number;
  readonly hash: string;
}

/** What is used of the processor's own (version 1.27.3, lib/ds-rpc/client.js). */
interface RpcDataSource {
  readonly headPollInterval: number;
  readonly rpc: { call(method: string, params: readonly unknown[]): Promise<{ number: string; hash: string }> };
  polling(navigate: (head: Head) => Promise<void>, isEnd: () => boolean): Promise<void>;
}

const attemptsMax = 100;
const attemptMs = 100;

/**
 * Over HTTP the processor asks for the head's number only and does not see that another block has taken its place. This
 * asks for its hash as well. A lower head is still no news: the node lags.
 * @param pause resolves when the head is to be asked for again, so many milliseconds later or earlier
 */
export function followHeads(pause: (ms: number) => Promise<unknown> = sleep): void {
  const { EvmRpcDataSource } = require('@subsquid/evm-processor/lib/ds-rpc/client.js');
  const { isDataConsistencyError } = createRequire(require.resolve('@subsquid/evm-processor'))(
    '@subsquid/util-internal-ingest-tools',
  );
  const prototype = EvmRpcDataSource?.prototype as RpcDataSource | undefined;
  if (typeof prototype?.polling !== 'function' || typeof isDataConsistencyError !== 'function') {
    throw new FatalError('This version of @subsquid/evm-processor is not the one of package.json: run npm ci.');
  }
  prototype.polling = async function (navigate, isEnd) {
    let head: Head = { height: -1, hash: '0x' };
    while (!isEnd()) {
      const askedAt = performance.now();
      const { number, hash } = await this.rpc.call('eth_getBlockByNumber', ['latest', false]);
      const next: Head = { height: Number(number), hash };
      if (next.height > head.height || (next.height === head.height && next.hash !== head.hash)) {
        head = (await reach(next)) ? next : head;
      }
      await pause(Math.max(0, this.headPollInterval - (performance.now() - askedAt)));
    }

    async function reach(target: Head): Promise<boolean> {
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        try {
          await navigate(target);
          return true;
        } catch (error) {
          if (!isDataConsistencyError(error)) throw error;
          await sleep(attemptMs);
        }
      }
      return false;
    }
  };
}
