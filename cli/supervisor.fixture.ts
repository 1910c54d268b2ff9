import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { aborted, runPart } from './part.ts';
import { Supervisor } from './supervisor.ts';

// `supervisor MODE`: supervises this very script as `MODE`. Prints the process ids it learns of.
const [mode, of] = process.argv.slice(2);
const self = ['--import', 'tsx', fileURLToPath(import.meta.url)];

switch (mode) {
  case 'supervisor': {
    const supervisor = new Supervisor({
      onState: (_, state) => state.kind === 'running' && console.log(`pid ${state.pid}`),
      onMessage: () => {},
      onLine: (_, line) => console.log(line),
    });
    supervisor.start({ name: 'part', command: () => ({ args: [...self, of as string] }) });
    await sleep(600_000);
    break;
  }
  case 'part':
    await runPart(async (signal) => {
      console.log('started');
      await aborted(signal);
      console.log('ended in order');
    });
    break;
  case 'stuck-part':
    await runPart(async () => {
      console.log('started');
      await sleep(600_000);
    });
}
