import { parentPort, workerData } from 'node:worker_threads';
import { noShock, type WhatIf, whatIf } from '../risk/contagion/what-if.ts';
import type { FoundSystem } from './contagion-system.ts';

const { parameters, shock, system } = workerData as Pick<FoundSystem, 'parameters' | 'system'> & { shock: WhatIf };
parentPort?.postMessage({
  baseline: whatIf(system, parameters, noShock),
  shocked: whatIf(system, parameters, shock),
});
