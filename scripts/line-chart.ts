/** Points of one line, by ascending x; `null` breaks it. */
export type Line = {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number | null])[];
};

/** One panel of a chart: lines over a common time axis, and a band below them. */
export type Panel = {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly band?: {
    readonly color: string;
    readonly points: readonly (readonly [x: number, low: number, high: number])[];
  };
};

const width = 760;
const panelHeight = 200;
const margin = { left: 60, right: 24, top: 28, bottom: 24 };

/** Panels one below the other over seconds since the epoch, as SVG without scripts, styles or fonts of its own. */
export function lineChart(title: string, panels: readonly Panel[]): string {
  const times = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([x]) => x)));
  const [from, to] = [Math.min(...bounds(times)), Math.max(...bounds(times))];
  const inner = width - margin.left - margin.right;
  const xOf = (x: number): number => margin.left + ((x - from) / (to - from)) * inner;
  const height = panels.length * (panelHeight + margin.top + margin.bottom);
  const body = panels.map((panel, i) =>
    panelOf(panel, i * (panelHeight + margin.top + margin.bottom), xOf, [from, to]),
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...body,
    '</svg>',
  ].join('\n')}\n`;
}

function panelOf(
  { title, lines, band }: Panel,
  offset: number,
  xOf: (x: number) => number,
  [from, to]: readonly [number, number],
): string {
  const values = [
    ...lines.flatMap(({ points }) => points.flatMap(([, y]) => y ?? [])),
    ...(band?.points.flatMap(([, low, high]) => [low, high]) ?? []),
  ];
  const [least, most] = bounds(values) as [number, number];
  const step = stepOf(most - least);
  const [low, high] = [Math.floor(least / step) * step, Math.ceil(most / step) * step];
  const top = offset + margin.top;
  const yOf = (y: number): number => top + panelHeight - ((y - low) / (high - low)) * panelHeight;
  const parts = [`<text x="${margin.left}" y="${top - 10}" font-weight="bold">${title}</text>`];
  for (let i = 0; i <= Math.round((high - low) / step); i++) {
    const value = low + i * step;
    const y = fixed(yOf(value));
    parts.push(`<line x1="${margin.left}" x2="${width - margin.right}" y1="${y}" y2="${y}" stroke="#e3e3e3"/>`);
    parts.push(
      `<text x="${margin.left - 6}" y="${fixed(yOf(value) + 4)}" text-anchor="end">${tickText(value, step)}</text>`,
    );
  }
  for (const { time, text } of timeTicks(from, to)) {
    const x = fixed(xOf(time));
    parts.push(`<line x1="${x}" x2="${x}" y1="${top}" y2="${top + panelHeight}" stroke="#efefef"/>`);
    parts.push(`<text x="${x}" y="${top + panelHeight + 16}" text-anchor="middle">${text}</text>`);
  }
  if (band) {
    const upper = band.points.map(([x, , y]) => `${fixed(xOf(x))},${fixed(yOf(y))}`);
    const lower = band.points.map(([x, y]) => `${fixed(xOf(x))},${fixed(yOf(y))}`).reverse();
    parts.push(`<polygon points="${[...upper, ...lower].join(' ')}" fill="${band.color}"/>`);
  }
  for (const [i, { name, color, points }] of lines.entries()) {
    let path = '';
    let pen = 'M';
    for (const [x, y] of points) {
      if (y !== null) path += `${pen}${fixed(xOf(x))} ${fixed(yOf(y))}`;
      pen = y === null ? 'M' : 'L';
    }
    parts.push(`<path d="${path}" fill="none" stroke="${color}" stroke-width="1.3"/>`);
    const x = width - margin.right - (lines.length - i) * 130;
    parts.push(`<text x="${x}" y="${top - 10}" fill="${color}">${name}</text>`);
  }
  return parts.join('\n');
}

const fixed = (value: number): string => String(Number(value.toFixed(1)));

function bounds(values: readonly number[]): number[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return [least, most];
}

/** 1, 2 or 5 times a power of ten, so that some four to eight of them make the range. */
function stepOf(range: number): number {
  const power = 10 ** Math.floor(Math.log10(range / 4));
  const share = range / 4 / power;
  return power * (share >= 5 ? 5 : share >= 2 ? 2 : 1);
}

function tickText(value: number, step: number): string {
  const text = value.toFixed(Math.max(0, -Math.floor(Math.log10(step))));
  return value >= 10_000 ? Number(text).toLocaleString('en-US') : text;
}

/** Midnights UTC, some eight of them. */
function timeTicks(from: number, to: number): readonly { readonly time: number; readonly text: string }[] {
  const day = 86_400;
  const every = Math.max(1, Math.round((to - from) / day / 8)) * day;
  const ticks = [];
  for (let time = Math.ceil(from / day) * day; time <= to; time += every) {
    const text = new Date(time * 1000).toISOString().slice(5, 10);
    ticks.push({ time, text });
  }
  return ticks;
}
