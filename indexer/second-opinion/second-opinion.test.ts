import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MessageState } from '../../risk/bridge/lifecycle.ts';
import type { MessageRecord } from '../../risk/bridge/records.ts';
import { layerZeroScanSchema } from '../../schema/chains-config.ts';
import { Hash } from '../../schema/ids.ts';
import { compareWithScan } from './compare.ts';
import { parseScanAnswer, type ScanMessage } from './scan-answer.ts';
import { type AskScan, loadScanClient, ScanClientMissingError } from './scan-client.ts';
import { ScanService, type ServiceAnswer, scanItem } from './scan-service.fixture.ts';

const hash = (byte: string) => Hash(`0x${byte.repeat(32)}`);
const guid = hash('9d');
const sentBy = hash('51');
const deliveredBy = hash('de');
const item = scanItem({
  ...{ guid, sourceId: 101, destinationId: 102, status: 'DELIVERED' },
  ...{ sourceTransaction: sentBy, destinationTransaction: deliveredBy, destinationTime: 1_700_000_100 },
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** As `package.json` says, it may be absent. */
const client = await loadScanClient(layerZeroScanSchema.parse({})).catch((error: unknown) => {
  if (error instanceof ScanClientMissingError) return null;
  throw error;
});

describe('what Scan says against what the chains say', () => {
  const honest = {
    ...{ guid, sourceId: 101, destinationId: 102, source: 1, destination: 42161, judged: null },
    ...{ sentTransaction: sentBy, deliveries: [] },
  } as unknown as MessageRecord;
  const delivered = {
    ...honest,
    judged: 'matched',
    deliveries: [{ transaction: deliveredBy }],
  } as unknown as MessageRecord;
  const orphan = { ...delivered, judged: 'undetermined', sentTransaction: null } as MessageRecord;
  const [told] = parseScanAnswer({ data: [item] }) as [ScanMessage];
  const pending: ScanMessage = { ...told, status: 'INFLIGHT', destinationTransaction: null, destinationTime: null };
  const covered = (time: number | null) => () => time;

  const cases: [string, MessageRecord, MessageState, ScanMessage | null, number | null, string][] = [
    ['both have it delivered by the same transaction', delivered, 'delivered', told, null, 'AGREE'],
    ['both have it under way', honest, 'verified', pending, null, 'AGREE'],
    ['under way, in other words', honest, 'alerted', { ...pending, status: 'PAYLOAD_STORED' }, null, 'AGREE'],
    ['never to come, for both', honest, 'burnt', { ...pending, status: 'APPLICATION_BURNED' }, null, 'AGREE'],
    ['Scan knows nothing of it', honest, 'sent', null, null, 'SCAN_LAGS'],
    ['Scan has it under way still', delivered, 'composed', pending, null, 'SCAN_LAGS'],
    ['Scan knows no send yet', honest, 'sent', { ...pending, sourceTransaction: null }, null, 'SCAN_LAGS'],
    ['delivered where we have not been', honest, 'sent', told, 1_700_000_099, 'WE_LAG'],
    ['delivered, at a time nobody tells', honest, 'sent', { ...told, destinationTime: null }, 9e9, 'WE_LAG'],
    ['delivered where we have been', honest, 'stuck', told, 1_700_000_100, 'SCAN_CONTRADICTS'],
    ['delivered what was burnt', honest, 'burnt', told, null, 'SCAN_CONTRADICTS'],
    [
      'another delivery',
      { ...delivered, deliveries: [{ transaction: hash('ee') }] } as unknown as MessageRecord,
      ...(['delivered', told, null, 'SCAN_CONTRADICTS'] as const),
    ],
    ['another send', honest, 'sent', { ...pending, sourceTransaction: hash('52') }, null, 'SCAN_CONTRADICTS'],
    ['another way', honest, 'sent', { ...pending, destinationId: 103 }, null, 'SCAN_CONTRADICTS'],
    ['a send where the source is not known yet', orphan, 'delivered', told, null, 'WE_LAG'],
    // KelpDAO, April 2026: shown with a send that the source does not hold.
    ['a send of a forged one', { ...orphan, judged: 'confirmed' }, 'delivered', told, null, 'SCAN_CONTRADICTS'],
    ['no send of a forged one', orphan, 'delivered', { ...told, sourceTransaction: null }, null, 'AGREE'],
    ['a send before indexing began', { ...orphan, judged: 'cleared' }, 'delivered', told, null, 'AGREE'],
    ['a word of tomorrow', honest, 'sent', { ...told, status: 'TELEPORTED' }, null, 'UNKNOWN'],
  ];
  it.each(cases)('%s', (_, message, state, found, time, outcome) => {
    expect(compareWithScan(message, state, found, covered(time)).outcome).toBe(outcome);
  });
});

describe.skipIf(client === null)('the service', () => {
  let service: ScanService;
  let ask: AskScan;
  let askBriefly: AskScan;
  const never = new AbortController().signal;
  const tx = { by: 'tx', hash: sentBy } as const;

  beforeAll(async () => {
    service = await ScanService.start();
    const settings = layerZeroScanSchema.parse({ enabled: true, api: service.api });
    ask = await loadScanClient({ ...settings, deadlineMs: 60_000 });
    askBriefly = await loadScanClient({ ...settings, deadlineMs: 100 });
  });
  beforeEach(() => service.answers.clear());
  afterAll(() => service.stop());

  it('is asked by transaction or GUID, through the client; numbers may be text', async () => {
    const told = { ...parseScanAnswer({ data: [item] })?.[0] };
    service.answers.set(`/v1/messages/tx/${sentBy}`, { body: { data: [item] } });
    const text = { ...item, destination: { tx: { txHash: deliveredBy, blockTimestamp: '1700000100' } } };
    service.answers.set(`/v1/messages/guid/${guid}`, { body: { data: [text], nextToken: 'x' } });
    service.asked.length = 0;
    expect([await ask(tx, never), await ask({ by: 'guid', hash: guid }, never)]).toEqual([
      { messages: [told] },
      { messages: [told] },
    ]);
    expect(service.asked).toEqual([`/v1/messages/tx/${sentBy}`, `/v1/messages/guid/${guid}`]);
    expect(told).toEqual({
      ...{ guid, sourceId: 101, destinationId: 102, status: 'DELIVERED' },
      ...{ sourceTransaction: sentBy, destinationTransaction: deliveredBy, destinationTime: 1_700_000_100 },
    });
  });

  it('knows nothing of it: no message', async () => {
    expect(await ask(tx, never)).toEqual({ messages: [] });
  });

  const failures: [string, ServiceAnswer, string, number | null][] = [
    ['an error', { status: 500, body: 'oops' }, 'it answered HTTP 500', null],
    ['too many requests', { status: 429, headers: { 'retry-after': '17' }, body: '' }, 'it answered HTTP 429', 17],
    ['a wait of a year', { status: 503, headers: { 'retry-after': '31536000' }, body: '' }, 'HTTP 503', 3600],
    ['a date to wait for', { status: 429, headers: { 'retry-after': 'Mon' }, body: '' }, 'HTTP 429', null],
    ['a page', { headers: { 'content-type': 'text/html' }, body: '<html>busy</html>' }, 'another shape', null],
    ['half of it', { body: JSON.stringify({ data: [item] }).slice(0, 200) }, 'another shape', null],
    ['the shape of V1', { body: { messages: [{ status: 'DELIVERED', srcChainId: 101 }] } }, 'another shape', null],
    ['no hash', { body: { data: [{ ...item, guid: 7 }] } }, 'another shape', null],
    ['nothing at all', { body: '' }, 'another shape', null],
    ['too much', (response) => response.end(Buffer.alloc(4_000_001)), 'more than 4000000 bytes', null],
    [
      'elsewhere',
      { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
      'it answered HTTP 302',
      null,
    ],
    ['silence', 'hang', 'no answer within 100 ms', null],
    ['half, then silence', (response) => response.write('{"data":['), 'no answer within 100 ms', null],
    ['an end', 'reset', 'it cannot be reached', null],
  ];
  it.each(failures)('%s is a problem, and nothing worse', async (_, answer, problem, retryAfterSeconds) => {
    service.answers.set('*', answer);
    const asked = problem.includes('100 ms') ? askBriefly : ask;
    const collecting = setInterval(collectGarbage, 10);
    try {
      expect(await asked(tx, never)).toEqual({ problem: expect.stringContaining(problem), retryAfterSeconds });
    } finally {
      clearInterval(collecting);
    }
  });
});
