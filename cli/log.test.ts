import { expect, test } from 'vitest';
import { createLogger } from './log.ts';

function linesOf(use: (log: ReturnType<typeof createLogger>) => void, level: 'info' | 'silent' = 'info'): string[] {
  const lines: string[] = [];
  use(createLogger(level, 'ingest', (line) => lines.push(line)));
  return lines;
}

test('writes one JSON line per entry, from the level on', () => {
  const lines = linesOf((log) => {
    log.debug('not this');
    log.info({ block: 7 }, 'indexed');
  });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 30, name: 'ingest', block: 7, msg: 'indexed' },
  ]);
  expect(linesOf((log) => log.fatal('nor this'), 'silent')).toEqual([]);
});

test('no secret of a URL is logged, wherever it hides', () => {
  const secret = 'https://node.example/v2/hunter2';
  const lines = linesOf((log) => {
    log.info(`asking ${secret}`);
    log.info({ nested: { url: secret, list: [`${secret}?key=hunter2`] } });
    log.error(new Error(`HTTP 500 from "${secret}"`, { cause: new Error(secret) }));
    log.child({ endpoint: secret }).warn('slow');
    log.warn('postgres://me:hunter2@db/avsl is away');
  });
  expect(lines).toHaveLength(5);
  expect(lines.join('')).not.toContain('hunter2');
  expect(lines.join('')).toContain('node.example');
  for (const line of lines) JSON.parse(line);
});
