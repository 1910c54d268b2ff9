import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../cli/context.ts';
import type { Closing } from '../risk/fold.ts';
import {
  at,
  chainlinkJumps,
  depegSeries,
  foldCrash,
  foldDepeg,
  hour,
  isThere,
  last,
  minute,
  type Tick,
} from '../test/recorded-data.ts';
import { type Line, lineChart } from './line-chart.ts';

/**
 * Writes docs/methodology/recorded.md and its plots: what the model says of recorded crashes. Only derived figures are
 * written; the recordings are not part of the project.
 */
const folder = join(projectDir, 'docs/methodology');
const assetOf = ({ assets }: Closing) => assets['X'] as Closing['assets'][string];
const utc = (time: number): string => new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ');
const dollars = (value: number | null, digits: number): string =>
  value === null ? '' : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const width = head.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] as string).length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(width[i] as number)).join(' | ')} |`;
  return [line(head), `| ${width.map((count) => '-'.repeat(count)).join(' | ')} |`, ...rows.map(line)].join('\n');
};
const lineOf = (
  name: string,
  color: string,
  closings: readonly Closing[],
  value: (closing: Closing) => number | null,
): Line => ({
  name,
  color,
  points: closings.map((closing) => [closing.time, value(closing)]),
});
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

function crash(): string {
  const all = foldCrash();
  const shown = all.filter(({ time }) => time >= at('2021-05-12T00:00'));
  write(
    'recorded-2021-05-19.svg',
    lineChart('ETH, May 2021: fused price and V', [
      { title: 'Fused price of ETH, USD', lines: [lineOf('', '#1f5fa8', shown, (closing) => assetOf(closing).price)] },
      {
        title: 'Annualised',
        lines: [
          lineOf('V', '#b3361d', shown, (closing) => assetOf(closing).vScalar.value),
          lineOf('slow volatility', '#777777', shown, (closing) => assetOf(closing).volatility.sigmaSlow),
        ],
      },
    ]),
  );
  const times = [
    '2021-05-18T12:00',
    '2021-05-19T12:00',
    '2021-05-19T13:00',
    '2021-05-19T14:00',
    '2021-05-20T00:00',
    '2021-05-22T00:00',
  ];
  const rows = times.map((text) => {
    const asset = assetOf(all.findLast(({ time }) => time <= at(text)) as Closing);
    return [
      utc(at(text)),
      dollars(asset.price, 2),
      asset.vScalar.value.toFixed(2),
      (asset.volatility.sigmaSlow ?? 0).toFixed(2),
      asset.status,
    ];
  });
  return table(['UTC', 'fused price', 'V', 'slow volatility', 'status'], rows);
}

function depeg(): string {
  const ticks = depegSeries();
  const all = foldDepeg(ticks);
  const shown = all.filter(({ time }) => time % (5 * minute) === 0 && time >= at('2023-03-10T12:00'));
  const withBounds = shown.filter((closing) => assetOf(closing).status !== 'insufficient');
  write(
    'recorded-2023-03-depeg.svg',
    lineChart('USDC, March 2023: fused price, its interval, and V', [
      {
        title: 'Fused price of USDC, USD, and its interval',
        lines: [lineOf('', '#1f5fa8', shown, (closing) => assetOf(closing).price)],
        band: {
          color: '#c9dcf2',
          points: withBounds.map((closing) => [
            closing.time,
            assetOf(closing).lo as number,
            assetOf(closing).hi as number,
          ]),
        },
      },
      { title: 'V, annualised', lines: [lineOf('', '#b3361d', shown, (closing) => assetOf(closing).vScalar.value)] },
    ]),
  );
  const times = [
    '2023-03-10T20:00',
    '2023-03-11T03:00',
    '2023-03-11T07:00',
    '2023-03-11T15:30',
    '2023-03-12T12:00',
    '2023-03-13T12:00',
  ];
  const rows = times.map((text) => {
    const asset = assetOf(all.findLast(({ time }) => time <= at(text)) as Closing);
    const flags = asset.flags.map(([subject, flag]) => `${subject} ${flag}`).join(', ');
    return [
      utc(at(text)),
      dollars(asset.price, 4),
      dollars(asset.lo, 4),
      dollars(asset.hi, 4),
      asset.vScalar.value.toFixed(2),
      asset.status,
      flags,
    ];
  });
  const spike = at('2023-03-11T15:30');
  const calm = (ticks['binanceus'] as readonly Tick[]).map(
    (tick): Tick =>
      tick[0] === spike ? [spike, (last(ticks['binanceus'] as readonly Tick[], spike - 1) as Tick)[1]] : tick,
  );
  const [moved, honest] = [all, foldDepeg({ ...ticks, binanceus: calm })].map((closings) =>
    assetOf(closings.find(({ time }) => time === spike) as Closing),
  ) as [ReturnType<typeof assetOf>, ReturnType<typeof assetOf>];
  const lowest = Math.min(...all.map((closing) => assetOf(closing).price ?? 9));
  const degraded = all.filter((closing) => assetOf(closing).status === 'degraded').length;
  return `${table(['UTC', 'fused price', 'lo', 'hi', 'V', 'status', 'flags'], rows)}

Lowest fused price ${lowest.toFixed(4)}; ${degraded} of ${dollars(all.length, 0)} minutes are \`degraded\`. At ${utc(spike)} a book that had run empty
printed 0.629: with it the price is ${dollars(moved.price, 4)} +- ${dollars(moved.confidence, 4)}, without it ${dollars(honest.price, 4)} +- ${dollars(honest.confidence, 4)}.`;
}

function jumps(): string {
  const days = chainlinkJumps();
  write(
    'recorded-2023-chainlink-jumps.svg',
    lineChart('Chainlink ETH/USD, 2023: jump variation of each day', [
      {
        title: 'Jump variation of a day, in percent squared',
        lines: [
          {
            name: '',
            color: '#b3361d',
            points: days.map(({ day, jump }) => [at(`${day}T12:00`), 1e4 * jump]),
          },
        ],
      },
    ]),
  );
  const rows = [...days]
    .sort((a, b) => b.jump - a.jump)
    .slice(0, 5)
    .map(({ day, jump, share, z }) => [day, (1e4 * jump).toFixed(2), share.toFixed(2), z.toFixed(1)]);
  return table(['day', 'jump variation (%^2)', 'jump share', 'ratio'], rows);
}

if (!isThere) {
  process.stderr.write('The recordings are not there: ../shared/data/recorded. Nothing was written.\n');
  process.exitCode = 1;
} else {
  write(
    'recorded.md',
    `# The model on recorded crashes

Made by \`npm run recorded\`, which needs recordings that are not part of the project; \`test/recorded-prices.test.ts\` holds the
statements about them. Steps, parameters and venues are those of that test.

## ETH, 19 May 2021

Four venues (Bitstamp, Bitfinex, FTX, Gemini), hourly closes, no option market: V is the fast volatility, and holds for a day
where a venue is lost.

![Fused price of ETH and V, May 2021](recorded-2021-05-19.svg)

${crash()}

## USDC, March 2023

By the minute: Kraken and Binance.US in dollars, Kraken and Binance in USDT, converted at Coinbase's USDT/USD. For volatility the
last minute of every five counts: of the print of 15:30 nothing is left in V five minutes later.

![Fused price of USDC with its interval, and V, March 2023](recorded-2023-03-depeg.svg)

${depeg()}

## Chainlink ETH/USD, April to September 2023

Rounds on a 5-minute grid: realised variance less bipower variation, day by day. 17 August stands out.

![Jump variation by day](recorded-2023-chainlink-jumps.svg)

${jumps()}

The ratio is no test on a grid finer than the feed (see [volatility](volatility.md)). With its heartbeat of ${dollars(hour, 0)} s the feed is
never \`stale\` from 1 to 22 August; with one of 2,400 s it is, in exactly the gaps above 3,600 s.
`,
  );
}
