import { Worker } from 'node:worker_threads';
import type { WhatIf, WhatIfOutcome } from '../risk/contagion/what-if.ts';
import type { FoundSystem } from './contagion-system.ts';
import { ApiError } from './errors.ts';

export interface Simulated {
  readonly baseline: WhatIfOutcome;
  readonly shocked: WhatIfOutcome;
}

const secondsMax = 20;
const waitingMax = 4;

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * Solves in a thread of its own, one at a time in this process.
 * @throws {ApiError} COST_EXCEEDED where too many wait, QUERY_TIMEOUT after 20 s.
 */
export function simulate({ parameters, system }: FoundSystem, shock: WhatIf): Promise<Simulated> {
  if (waiting >= waitingMax) {
    throw new ApiError('COST_EXCEEDED', `${waiting} simulations wait for their turn already. Ask again later.`);
  }
  waiting++;
  const turn = last.then(() => run({ parameters, system, shock }));
  last = turn.catch(() => {});
  return turn.finally(() => {
    waiting--;
  });
}

async function run(data: object): Promise<Simulated> {
  const worker = new Worker(new URL('./what-if-thread.mjs', import.meta.url), { workerData: data });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Simulated>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`A simulation ended with code ${code} and no answer`)));
      timer = setTimeout(
        () =>
          reject(new ApiError('QUERY_TIMEOUT', `The simulation took longer than ${secondsMax} s. Ask again later.`)),
        secondsMax * 1000,
      );
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
