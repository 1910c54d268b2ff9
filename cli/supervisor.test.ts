import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { isAlive } from './lock.ts';
import { backoffMs, FATAL_EXIT_CODE, type PartState, Supervisor, type SupervisorOptions } from './supervisor.ts';

interface Seen {
  readonly states: (readonly [part: string, state: PartState])[];
  readonly messages: (readonly [part: string, message: unknown])[];
  readonly lines: string[];
}

let supervisors: Supervisor[] = [];
let children: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(supervisors.map((supervisor) => supervisor.stop(0)));
  for (const child of children) child.kill('SIGKILL');
  supervisors = [];
  children = [];
});

function supervise(options: Partial<SupervisorOptions> = {}): { supervisor: Supervisor; seen: Seen } {
  const seen: Seen = { states: [], messages: [], lines: [] };
  const supervisor = new Supervisor({
    onState: (part, state) => seen.states.push([part, state]),
    onMessage: (part, message) => seen.messages.push([part, message]),
    onLine: (_, line) => seen.lines.push(line),
    backoffMsMin: 10,
    backoffMsMax: 40,
    random: () => 0.5,
    ...options,
  });
  supervisors.push(supervisor);
  return { supervisor, seen };
}

const script = (code: string) => () => ({ args: ['-e', code] });
const forEver = 'setInterval(() => {}, 1000)';

async function until(what: string, condition: () => boolean, msMax = 15_000): Promise<void> {
  const deadline = Date.now() + msMax;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${msMax} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const kinds = (seen: Seen, part: string): string[] =>
  seen.states.filter(([name]) => name === part).map(([, state]) => state.kind);

const pidOf = (seen: Seen, part: string): number => {
  const state = seen.states.findLast(([name, { kind }]) => name === part && kind === 'running')?.[1];
  return state?.kind === 'running' ? state.pid : -1;
};

describe('backoffMs', () => {
  test('doubles up to the limit', () => {
    expect([1, 2, 3, 4, 5, 100].map((failures) => backoffMs(failures, 500, 4000, () => 1))).toEqual([
      500, 1000, 2000, 4000, 4000, 4000,
    ]);
  });

  test('is never less than half, so that a part in a crash loop cannot take the processor', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, luck) => {
        const full = backoffMs(failures, 500, 30_000, () => 1);
        const wait = backoffMs(failures, 500, 30_000, () => luck);
        return wait >= full / 2 && wait <= full;
      }),
    );
  });
});

describe('Supervisor', () => {
  test('starts a part that ended again, longer and longer after each end, and counts them', async () => {
    const { supervisor, seen } = supervise();
    supervisor.start({ name: 'a', command: script('process.exit(3)') });
    await until('the third end', () => kinds(seen, 'a').filter((kind) => kind === 'waiting').length >= 3);
    const waits = seen.states.flatMap(([, state]) => (state.kind === 'waiting' ? [state] : [])).slice(0, 3);
    expect(waits.map(({ exit, failures }) => [exit, failures])).toEqual([
      ['exit code 3', 1],
      ['exit code 3', 2],
      ['exit code 3', 3],
    ]);
  });

  test('counts anew after a run that was stable', async () => {
    const { supervisor, seen } = supervise({ stableMsMin: 1 });
    supervisor.start({ name: 'a', command: script('process.exit(1)') });
    await until('the third end', () => kinds(seen, 'a').filter((kind) => kind === 'waiting').length >= 3);
    expect(seen.states.flatMap(([, state]) => (state.kind === 'waiting' ? [state.failures] : [])).slice(0, 3)).toEqual([
      1, 1, 1,
    ]);
  });

  test('leaves the other parts alone when one crashes', async () => {
    const { supervisor, seen } = supervise();
    supervisor.start({ name: 'good', command: script(forEver) });
    supervisor.start({ name: 'bad', command: script('process.kill(process.pid, "SIGKILL")') });
    await until('the second end', () => kinds(seen, 'bad').filter((kind) => kind === 'waiting').length >= 2);
    expect(kinds(seen, 'good')).toEqual(['running']);
    expect(seen.states.find(([, { kind }]) => kind === 'waiting')?.[1]).toMatchObject({ exit: 'SIGKILL' });
    expect(isAlive(pidOf(seen, 'good'))).toBe(true);
  });

  test('does not start a part again whose fault only a person can mend', async () => {
    const { supervisor, seen } = supervise();
    supervisor.start({ name: 'a', command: script(`process.exit(${FATAL_EXIT_CODE})`) });
    await until('the end', () => kinds(seen, 'a').includes('failed'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(kinds(seen, 'a')).toEqual(['running', 'failed']);
  });

  test('passes on messages in both directions and every line of output, also those before a crash', async () => {
    const { supervisor, seen } = supervise();
    const code = `process.on('message', (m) => { process.send({ got: m.text }, () => {
      console.log('out'); console.error('err'); process.exit(1); }) })`;
    supervisor.start({ name: 'a', command: script(code) });
    supervisor.send('a', { text: 'hello' });
    await until('the end', () => kinds(seen, 'a').includes('waiting'));
    expect(seen.messages).toEqual([['a', { got: 'hello' }]]);
    expect(seen.lines.toSorted()).toEqual(['err', 'out']);
  });

  test('asks for the command at every start', async () => {
    const { supervisor, seen } = supervise();
    let starts = 0;
    supervisor.start({ name: 'a', command: () => ({ args: ['-e', `console.log('start ${++starts}')`] }) });
    await until('the second start', () => seen.lines.includes('start 2'));
  });

  test('restarts a part on request at once, without counting it as a failure', async () => {
    const { supervisor, seen } = supervise();
    supervisor.start({ name: 'a', command: script(forEver) });
    const before = pidOf(seen, 'a');
    await supervisor.restart('a');
    expect(kinds(seen, 'a')).toEqual(['running', 'stopped', 'running']);
    expect(pidOf(seen, 'a')).not.toBe(before);
    expect(isAlive(before)).toBe(false);
  });

  test('stops all parts, those that wait for their next start too, and starts none afterwards', async () => {
    const { supervisor, seen } = supervise({ backoffMsMin: 300, backoffMsMax: 300 });
    supervisor.start({ name: 'runs', command: script(forEver) });
    supervisor.start({ name: 'waits', command: script('process.exit(1)') });
    await until('the end', () => kinds(seen, 'waits').includes('waiting'));
    await supervisor.stop(5000);
    const states = seen.states.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(seen.states.length).toBe(states);
    expect(isAlive(pidOf(seen, 'runs'))).toBe(false);
  });

  test('kills what does not listen to SIGTERM, and what that has started', async () => {
    const { supervisor, seen } = supervise();
    supervisor.start({
      name: 'deaf',
      command: script(`process.on('SIGTERM', () => {});
        console.log(require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' }).pid); ${forEver}`),
    });
    await until('the start', () => seen.lines.length === 1);
    const startedAt = Date.now();
    await supervisor.stop(300);
    expect(Date.now() - startedAt).toBeLessThan(5000);
    expect(isAlive(pidOf(seen, 'deaf'))).toBe(false);
    await until('the end of what it started', () => !isAlive(Number(seen.lines[0])));
  });
});

describe('a part whose supervisor is killed', () => {
  const fixture = fileURLToPath(new URL('./supervisor.fixture.ts', import.meta.url));

  /** The process ids of the part and of what it started. */
  async function killSupervisorOf(mode: string): Promise<readonly number[]> {
    const child = spawn(process.execPath, ['--import', 'tsx', fixture, 'supervisor', mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    await until('the start', () => lines.includes('started'), 30_000);
    child.kill('SIGKILL');
    return lines.flatMap((line) => (line.startsWith('pid ') ? [Number(line.slice(4))] : []));
  }

  test.each(['part', 'stuck-part'])('ends by itself: %s', async (mode) => {
    const pids = await killSupervisorOf(mode);
    expect(pids).toHaveLength(1);
    await until('the end of the part', () => !pids.some(isAlive), 10_000);
  });
});
