// Ends the nodes when the process that started them is gone, however it went: its end of our standard input closes.
// Each line on standard input is a process id to end.
import { createInterface } from 'node:readline';

const pids = [];
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => pids.push(Number(line)));
lines.on('close', () => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
  }
});
// A terminal sends Ctrl-C to the whole group; the parent decides when the nodes end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('SIGHUP', () => {});
