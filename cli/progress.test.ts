import { describe, expect, test } from 'vitest';
import {
  announcement,
  createDisplay,
  duration,
  initialProgress,
  type PartMessage,
  type Progress,
  readLogLine,
  readyLine,
  renderLine,
  renderScreen,
  withMessage,
} from './progress.ts';

const second = 1000;

function progressOf(...messages: readonly (readonly [atMs: number, message: PartMessage])[]): Progress {
  const start = initialProgress('devnet', ['ethereum', 'base'], 0);
  return messages.reduce((progress, [atMs, message]) => withMessage(progress, message, atMs), start);
}

const ingest = (chain: string, block: number, head: number, rows: number): PartMessage => ({
  type: 'ingest',
  chain,
  block,
  head,
  rows,
});

const fold = (publishedTime: number, coveredTime: number, events: number): PartMessage => ({
  type: 'fold',
  finalTime: publishedTime - 10,
  publishedTime,
  coveredTime,
  events,
});

describe('renderScreen', () => {
  test('shows a catch-up: block, head, rows per second and time left of every chain, then the fold', () => {
    const progress = progressOf(
      [0, { type: 'devnet', stage: 'ready', block: 2000, target: 2000 }],
      [1 * second, ingest('ethereum', 0, 10_000, 0)],
      [1 * second, ingest('base', 100, 100, 50)],
      [1 * second, fold(1_767_225_600, 1_767_229_200, 0)],
      [3 * second, ingest('ethereum', 2000, 10_000, 5000)],
      [3 * second, fold(1_767_225_720, 1_767_229_200, 24_690)],
      [3 * second, { type: 'api', url: 'http://127.0.0.1:4350' }],
    );
    expect(renderScreen({ ...progress, database: 'PostgreSQL in .avsl' }, 3 * second, 120)).toEqual([
      'avsl        devnet, 3 s',
      '  database  PostgreSQL in .avsl',
      '  chains    live',
      '  ethereum  block 2,000 / 10,000, 2,500 rows/s, ETA 8 s',
      '  base      block 100 / 100',
      '  fold      step 2026-01-01 00:02:00 UTC, final 2026-01-01 00:01:50 UTC, 12,345 events/s, ETA 58 s',
      '  api       http://127.0.0.1:4350',
    ]);
  });

  test('shows what stopped and when it starts again in the place of its progress', () => {
    const progress: Progress = {
      ...progressOf([0, ingest('base', 5, 10, 1)]),
      parts: {
        devnet: { kind: 'stopped' },
        'ingest base': { kind: 'waiting', exit: 'exit code 1', failures: 3, startsAtMs: 4500 },
        fold: { kind: 'failed', exit: 'exit code 78' },
        api: { kind: 'running', pid: 1 },
      },
    };
    expect(renderScreen(progress, 2 * second, 120).slice(2)).toEqual([
      '  chains    stopped',
      '  ethereum  waiting for the first block',
      '  base      stopped (exit code 1, 3 times in a row), starts again in 3 s',
      '  fold      stopped: see the message above',
      '  api       starting',
    ]);
  });

  test('ends with the ready line', () => {
    expect(renderScreen({ ...progressOf(), ready: 'ready  http://x/graphql' }, 0, 120).at(-1)).toBe(
      'ready  http://x/graphql',
    );
  });

  test('never writes into the last column, where a terminal would wrap', () => {
    const lines = renderScreen(progressOf([0, fold(1_767_225_600, 1_767_229_200, 0)]), 0, 30);
    expect(Math.max(...lines.map((line) => line.length))).toBe(29);
    expect(lines.find((line) => line.includes('fold'))).toBe('  fold      step 2026-01-0...');
  });

  test('has no rate of a chain that brought nothing for a while', () => {
    const progress = progressOf([0, ingest('base', 0, 100, 0)], [second, ingest('base', 50, 100, 500)]);
    expect(renderScreen(progress, 2 * second, 120)[4]).toBe('  base      block 50 / 100, 500 rows/s, ETA 1 s');
    expect(renderScreen(progress, 20 * second, 120)[4]).toBe('  base      block 50 / 100');
  });

  test('measures anew after a part was restarted', () => {
    const progress = progressOf(
      [0, ingest('base', 0, 1000, 0)],
      [second, ingest('base', 500, 1000, 5000)],
      [2 * second, ingest('base', 510, 1000, 0)],
      [3 * second, ingest('base', 520, 1000, 100)],
    );
    expect(renderScreen(progress, 3 * second, 120)[4]).toContain('100 rows/s');
  });
});

test('renderLine says the same on one line', () => {
  const progress = progressOf(
    [0, ingest('base', 5, 5, 1)],
    [0, { type: 'devnet', stage: 'history', block: 1, target: 2000 }],
  );
  expect(renderLine(progress, 0)).toBe(
    'progress  chains: playing history, 1 of 2,000 blocks | ethereum: waiting for the first block | ' +
      'base: block 5 / 5 | fold: waiting for the first blocks of every chain | api: starting',
  );
});

describe('withMessage', () => {
  test('remembers the block at which a chain was first at its head', () => {
    const progress = progressOf(
      [0, ingest('base', 5, 10, 1)],
      [1, ingest('base', 10, 10, 1)],
      [2, ingest('base', 10, 12, 1)],
      [3, ingest('base', 12, 12, 1)],
    );
    expect(progress.chains.map(({ headReached }) => headReached)).toEqual([null, 10]);
  });
});

describe('readyLine', () => {
  test('holds the address, every V-Scalar, the contagion index, and how far values are final', () => {
    const values = [
      { asset: 'ETH', value: 0.61234 },
      { asset: 'USDC', value: 0.02 },
    ];
    expect(readyLine('http://127.0.0.1:4350/graphql', values, 0.17918, '2026-01-01 00:00:00 UTC')).toBe(
      'ready  http://127.0.0.1:4350/graphql  (V-Scalar ETH 0.612, USDC 0.0200; GCI 0.179; final through 2026-01-01 00:00:00 UTC)',
    );
  });

  test('names assets without one', () => {
    const values = [
      { asset: 'ETH', value: 0.5 },
      { asset: 'LINK', value: null },
    ];
    expect(readyLine('http://x', values, null, null)).toBe(
      'ready  http://x  (V-Scalar ETH 0.500; none yet for LINK; nothing final yet)',
    );
  });
});

describe('announcement', () => {
  const waiting = (failures: number) => ({ kind: 'waiting', exit: 'exit code 1', failures, startsAtMs: 0 }) as const;

  test('says once that a part is in a crash loop, and why', () => {
    const said = [1, 2, 3, 4, 5, 6, 7].map((failures) => announcement('fold', waiting(failures), 'no such table'));
    expect(said.map((text) => text !== null)).toEqual([false, false, false, false, true, false, false]);
    expect(said[4]).toBe(
      'fold: failed 5 times in a row, the last time with: no such table\n' +
        'fold: it is tried again now and then; the other parts go on. LOG_LEVEL=debug shows more.',
    );
  });

  test('tells of an end without a word', () => {
    expect(announcement('fold', waiting(1), null)).toBe('fold: stopped (exit code 1); it is started again');
  });

  test('says that a part waits for a person', () => {
    expect(announcement('api', { kind: 'failed', exit: 'exit code 78' }, 'Port 1 is taken.')).toBe(
      'api: needs you, see above; it is not started again. The other parts go on.',
    );
  });
});

describe('readLogLine', () => {
  test.each([
    ['{"level":40,"time":1,"name":"x","msg":"slow"}', { level: 'warn', text: 'slow' }],
    [
      '{"level":50,"msg":"failed","err":{"message":"no","stack":"Error: no\\n at a"}}',
      { level: 'error', text: 'failed: no' },
    ],
    ['{"level":50,"msg":"no","err":{"message":"no","stack":"Error: no\\n at a"}}', { level: 'error', text: 'no' }],
    ['{"level":30,"msg":"hello"}', { level: 'info', text: 'hello' }],
    ['{"level":3,"time":1,"ns":"sqd:rpc","msg":"will retry"}', { level: 'warn', text: 'will retry' }],
    ['{"level":5,"ns":"sqd","err":{"stack":"Error: gone\\n    at a.ts:1"}}', { level: 'error', text: 'Error: gone' }],
    ['{"level":2,"ns":"sqd","msg":"1 of 2"}', { level: 'info', text: '1 of 2' }],
    [
      '{"level":3,"ns":"sqd:rpc","msg":"will pause new requests for 10ms"}',
      { level: 'debug', text: 'will pause new requests for 10ms' },
    ],
    ['plain text', { level: 'warn', text: 'plain text' }],
    ['"text in JSON"', { level: 'warn', text: '"text in JSON"' }],
    ['    at f (file.ts:1:2)', { level: 'debug', text: '    at f (file.ts:1:2)' }],
    ['(node:7) [DEP0040] DeprecationWarning: x', { level: 'debug', text: '(node:7) [DEP0040] DeprecationWarning: x' }],
    ['  ', null],
  ])('reads %s', (line, expected) => {
    expect(readLogLine(line)).toEqual(expected);
  });
});

test.each([
  [0.2, '1 s'],
  [59.1, '1 min 0 s'],
  [3599, '59 min 59 s'],
  [3660, '1 h 1 min'],
  [90_000, '1 d 1 h'],
])('duration of %d seconds is %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

describe('createDisplay', () => {
  function record(isTTY: boolean) {
    const written: string[] = [];
    return { written, output: { isTTY, columns: 100, rows: 30, write: (text: string) => written.push(text) } };
  }

  test('redraws in place on a terminal and puts lasting lines above', () => {
    const { written, output } = record(true);
    const display = createDisplay(output);
    display.update(initialProgress('mainnet', ['base'], Date.now()));
    display.say('first');
    display.say('second');
    display.close();
    const height = 5;
    expect(written[0]).toMatch(/^first\navsl/);
    expect(written[0]?.split('\n')).toHaveLength(1 + height + 1);
    expect(written[1]?.startsWith(`\u001b[${height}F\u001b[Jsecond\navsl`)).toBe(true);
  });

  test('writes plain lines elsewhere, and the ready line once', async () => {
    const { written, output } = record(false);
    const display = createDisplay(output, 20);
    const progress = initialProgress('mainnet', ['base'], Date.now());
    display.update(progress);
    await expect.poll(() => written.length).toBeGreaterThanOrEqual(2);
    display.update({ ...progress, ready: 'ready  a' });
    display.update({ ...progress, ready: 'ready  b' });
    display.close();
    expect(written.filter((line) => line.startsWith('ready'))).toEqual(['ready  a\n']);
    expect(written.join('')).not.toContain('\u001b');
  });
});
