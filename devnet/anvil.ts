import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FatalError, RetryableError } from '../schema/errors.ts';
import { DevnetUnreachableError, RpcClient } from './rpc.ts';

const startAttemptsMax = 5;
const startMsMax = 20_000;

export class AnvilMissingError extends FatalError {
  override readonly name = 'AnvilMissingError';
  constructor(readonly expected: string) {
    super(
      `The devnet needs the Anvil binary of ${expected}, which is not installed. Run npm ci without --omit=optional.`,
    );
  }
}

export class AnvilStoppedError extends RetryableError {
  override readonly name = 'AnvilStoppedError';
  constructor(
    readonly chainId: number,
    readonly found: string,
  ) {
    super(`The devnet node of chain ${chainId} stopped (${found}). Start the devnet again.`);
  }
}

export interface AnvilOptions {
  readonly chainId: number;
  readonly genesisTime: number;
  readonly slotsInAnEpoch: number;
  readonly statesKept: number;
  readonly onExit: (error: AnvilStoppedError) => void;
}

export interface Anvil {
  readonly rpc: RpcClient;
  readonly pid: number;
  stop(): Promise<void>;
}

export function anvilBinary(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const packageName = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  const require = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'));
  for (const folder of require.resolve.paths(packageName) ?? []) {
    const binary = path.join(folder, packageName, 'bin', file);
    if (existsSync(binary)) return binary;
  }
  throw new AnvilMissingError(packageName);
}

/** The watchdog ends the nodes it was told of as soon as this process is gone, `kill -9` included. */
export class Watchdog {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = spawn(process.execPath, [fileURLToPath(new URL('./watchdog.mjs', import.meta.url))], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, NODE_OPTIONS: '' },
      windowsHide: true,
    });
    this.#child.stdin!.on('error', () => {});
    this.#child.unref();
    (this.#child.stdin as unknown as { unref(): void }).unref();
  }

  guard(pid: number): void {
    this.#child.stdin!.write(`${pid}\n`);
  }

  /** Ends the guarded nodes too. */
  end(): void {
    this.#child.stdin!.end();
  }
}

export async function startAnvil(watchdog: Watchdog, options: AnvilOptions): Promise<Anvil> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(watchdog, options);
    } catch (error) {
      // Another process may have taken the free port in between.
      if (attempt === startAttemptsMax || !(error instanceof AnvilStoppedError)) throw error;
    }
  }
}

async function startOnce(watchdog: Watchdog, options: AnvilOptions): Promise<Anvil> {
  const port = await freePort();
  const child = spawn(
    anvilBinary(),
    [
      ...['--host', '127.0.0.1', '--port', String(port), '--quiet', '--no-mining', '--auto-impersonate'],
      ...['--chain-id', String(options.chainId), '--timestamp', String(options.genesisTime), '--accounts', '1'],
      ...['--slots-in-an-epoch', String(options.slotsInAnEpoch), '--prune-history', String(options.statesKept)],
      // A base fee that stays 0 makes a block's hash independent of blocks that were rolled back.
      ...['--hardfork', 'cancun', '--block-base-fee-per-gas', '0', '--gas-price', '0', '--gas-limit', '100000000'],
    ],
    { stdio: 'ignore', env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }, windowsHide: true },
  );
  if (child.pid !== undefined) watchdog.guard(child.pid);
  let stopping = false;
  let running = false;
  let exit: AnvilStoppedError | null = null;
  const exited = new Promise<void>((resolve) => {
    const ended = (found: string) => {
      exit = new AnvilStoppedError(options.chainId, found);
      resolve();
      if (running && !stopping) options.onExit(exit);
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
  });

  const rpc = new RpcClient(port);
  const stop = async () => {
    stopping = true;
    rpc.close();
    if (exit === null) child.kill('SIGKILL');
    await exited;
  };
  const deadline = Date.now() + startMsMax;
  while (!running) {
    if (exit !== null) throw exit;
    try {
      const chainId = Number(await rpc.call('eth_chainId'));
      const genesis = (await rpc.call('eth_getBlockByNumber', '0x0', false)) as { timestamp: string };
      if (chainId !== options.chainId || Number(genesis.timestamp) !== options.genesisTime) {
        await stop();
        throw new AnvilStoppedError(options.chainId, `port ${port} is answered by another node`);
      }
      running = true;
    } catch (error) {
      if (!(error instanceof DevnetUnreachableError)) throw error;
      if (Date.now() > deadline) {
        await stop();
        throw new AnvilStoppedError(options.chainId, `no answer within ${startMsMax} ms`);
      }
      await sleep(20);
    }
  }
  return { rpc, pid: child.pid!, stop };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
