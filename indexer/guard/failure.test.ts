import { expect, test } from 'vitest';
import { classifyError, UpstreamFailure } from './failure.ts';

/** What providers answer to too much, as they were met in public; the last column is what there is to learn from it. */
const answers: readonly (readonly [code: number, message: string, kind: string, hint: object])[] = [
  [-32005, 'query returned more than 10000 results', 'answer-too-large', { logsMax: 10_000 }],
  [
    -32005,
    'query returned more than 10000 results. Try with this block range [0x1, 0x2f].',
    'answer-too-large',
    { logsMax: 10_000 },
  ],
  [-32000, 'logs matched by query exceeds limit of 10000', 'answer-too-large', { logsMax: 10_000 }],
  [-32000, 'query exceeds max results 20000, retry with the range 1-9', 'answer-too-large', { logsMax: 20_000 }],
  [
    -32602,
    'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the ' +
      'response size. Based on your parameters, this block range should work: [0x1, 0x2f]',
    'answer-too-large',
    {},
  ],
  [-32000, 'response size should not greater than 10000000 bytes', 'answer-too-large', {}],
  [-32020, 'backend response too large', 'answer-too-large', {}],
  [-32000, 'query timeout exceeded', 'answer-too-large', {}],
  [
    -32600,
    'Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your ' +
      'parameters, this block range should work: [0x1, 0xa]. Upgrade to PAYG for expanded block range.',
    'range-too-large',
    { blocksMax: 10 },
  ],
  [-32614, 'eth_getLogs is limited to a 10,000 range', 'range-too-large', { blocksMax: 10_000 }],
  [-32602, 'eth_getLogs is limited to 1024 blocks', 'range-too-large', { blocksMax: 1024 }],
  [-32000, 'requested too many blocks from 1 to 5000, maximum is set to 2048', 'range-too-large', { blocksMax: 2048 }],
  [-32602, 'Maximum allowed number of requested blocks is 3500', 'range-too-large', { blocksMax: 3500 }],
  [-32600, 'block range is too wide', 'range-too-large', {}],
  [-32600, 'block range is too wide (maximum 1024)', 'range-too-large', { blocksMax: 1024 }],
  [-32000, 'Block range is too large', 'range-too-large', {}],
  [-32000, 'Block range limit exceeded. See more details at https://docs.example/limits', 'range-too-large', {}],
  [-32000, 'exceed maximum block range: 5000', 'range-too-large', { blocksMax: 5000 }],
  [-32701, 'please limit the query to at most 1,000 blocks', 'range-too-large', { blocksMax: 1000 }],
  [-32000, 'block range greater than 10000 max', 'range-too-large', { blocksMax: 10_000 }],
  [-32000, 'block range exceeds 1000', 'range-too-large', { blocksMax: 1000 }],
  [-32000, 'eth_getLogs range is too large, max is 10k blocks', 'range-too-large', { blocksMax: 10_000 }],
  [-32000, 'query must be smaller than size 1024', 'range-too-large', { blocksMax: 1024 }],
  [-32000, 'exceeds the range allowed for your plan (5000 > 3000)', 'range-too-large', { blocksMax: 3000 }],
  [-32000, 'maximum [from, to] blocks distance: 10000', 'range-too-large', { blocksMax: 10_000 }],
  [-32600, 'query exceeds max block range 1000', 'range-too-large', { blocksMax: 1000 }],
  [-32602, 'exceed max addresses or topics per search position', 'too-many-addresses', {}],
  [-32602, 'too many addresses: at most 50 are allowed', 'too-many-addresses', { addressesMax: 50 }],
  [-32005, 'Too many requests', 'rate-limited', {}],
  [-32005, 'daily request count exceeded, request rate limited', 'rate-limited', {}],
  [-32005, 'limit exceeded', 'rate-limited', {}],
  [429, 'Your app has exceeded its compute units per second capacity.', 'rate-limited', {}],
  [-32000, 'rate limit reached, try again in 3 seconds', 'rate-limited', { retryAfterMs: 3000 }],
  [-32600, 'batch of more than 10 calls is not allowed', 'batch-refused', { callsMax: 10 }],
  [-32600, 'Batch requests are only available for paid accounts', 'batch-refused', {}],
  [-32000, 'unknown block', 'lacks-block', {}],
  [-32000, 'header not found', 'lacks-block', {}],
  [-32602, 'BlockOutOfRangeError: block height is 42 but requested was 47', 'lacks-block', {}],
  [-32000, 'cannot query unfinalized data', 'lacks-block', {}],
  [-32601, 'the method eth_getLogs does not exist', 'refused', {}],
  [-32603, 'Internal error', 'refused', {}],
];

test.each(answers)('%i %s', (code, message, kind, hint) => {
  expect(classifyError(code, message)).toEqual({ kind, hint });
});

test('a failure repeats no key that a node put into its message', () => {
  const failure = new UpstreamFailure('rpc.example', 'refused', 'see https://rpc.example/v2/SECRET?key=SECRET');
  expect(`${failure.message} ${failure.problem}`).not.toContain('SECRET');
});
