import type { PartState } from './supervisor.ts';

/** Where the chains of a devnet are and what time it is there. */
export interface RunningDevnet {
  readonly pid: number;
  /** URL by chain id. */
  readonly rpc: { readonly [chainId: string]: string };
  /** Chain time, seconds, at a moment of wall time, milliseconds: min(end, origin + rate * (wall - wallOrigin) / 1000). */
  readonly clock: {
    readonly originWallMs: number;
    readonly originChainTime: number;
    readonly endChainTime: number;
    readonly rate: number;
  };
}

/** What a part tells its supervisor. */
export type PartMessage =
  /** `rows`: written by this process so far. */
  | {
      readonly type: 'ingest';
      readonly chain: string;
      readonly block: number;
      readonly head: number;
      readonly rows: number;
    }
  /** `notFinal`: what it had to leave, once it has ended. */
  | {
      readonly type: 'backfill';
      readonly chain: string;
      readonly done: number;
      readonly total: number;
      readonly rows: number;
      readonly notFinal: readonly { readonly from: number; readonly to: number }[] | null;
    }
  /** Times are closing times in seconds, -1 before the first; `events`: applied by this process so far. */
  | {
      readonly type: 'fold';
      readonly finalTime: number;
      readonly publishedTime: number;
      readonly coveredTime: number;
      readonly events: number;
    }
  | {
      readonly type: 'devnet';
      readonly stage: 'contracts' | 'history' | 'ready' | 'ended';
      readonly block: number;
      readonly target: number;
    }
  | { readonly type: 'devnet-ready'; readonly devnet: RunningDevnet }
  | { readonly type: 'api'; readonly url: string }
  | { readonly type: 'failure'; readonly message: string; readonly stack: string | null };

/** What a supervisor tells its parts. */
export type SupervisorMessage =
  | Extract<PartMessage, { type: 'devnet-ready' }>
  /** The database is up and migrated. */
  | { readonly type: 'database'; readonly url: string };

interface Sample {
  readonly atMs: number;
  readonly value: number;
}

interface ChainProgress {
  readonly name: string;
  readonly block: number | null;
  readonly head: number | null;
  /** The block at which this chain was first at its head. */
  readonly headReached: number | null;
  readonly blocks: readonly Sample[];
  readonly rows: readonly Sample[];
}

export interface Progress {
  readonly network: string;
  readonly startedAtMs: number;
  readonly database: string;
  readonly chains: readonly ChainProgress[];
  readonly devnet: Extract<PartMessage, { type: 'devnet' }> | null;
  readonly fold: Extract<PartMessage, { type: 'fold' }> | null;
  readonly foldTimes: readonly Sample[];
  readonly foldEvents: readonly Sample[];
  readonly apiUrl: string | null;
  readonly parts: { readonly [name: string]: PartState };
  /** The last line of the display, once everything is ready. */
  readonly ready: string | null;
}

const windowMs = 15_000;
const samplesMax = 50;

export function initialProgress(network: string, chains: readonly string[], nowMs: number): Progress {
  return {
    network,
    startedAtMs: nowMs,
    database: 'starting',
    chains: chains.map((name) => ({ name, block: null, head: null, headReached: null, blocks: [], rows: [] })),
    devnet: null,
    fold: null,
    foldTimes: [],
    foldEvents: [],
    apiUrl: null,
    parts: {},
    ready: null,
  };
}

/** The progress after a message. */
export function withMessage(progress: Progress, message: PartMessage, nowMs: number): Progress {
  switch (message.type) {
    case 'ingest':
      return {
        ...progress,
        chains: progress.chains.map((chain) => {
          if (chain.name !== message.chain) return chain;
          const atHead = message.block >= message.head;
          return {
            name: chain.name,
            block: message.block,
            head: message.head,
            headReached: chain.headReached ?? (atHead ? message.block : null),
            blocks: sampled(chain.blocks, message.block, nowMs),
            rows: sampled(chain.rows, message.rows, nowMs),
          };
        }),
      };
    case 'fold':
      return {
        ...progress,
        fold: message,
        foldTimes: sampled(progress.foldTimes, message.publishedTime, nowMs),
        foldEvents: sampled(progress.foldEvents, message.events, nowMs),
      };
    case 'devnet':
      return { ...progress, devnet: message };
    case 'api':
      return { ...progress, apiUrl: message.url };
    default:
      return progress;
  }
}

/** A smaller value than the last one begins anew: the part was restarted. */
function sampled(samples: readonly Sample[], value: number, nowMs: number): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && (value < last.value || last.value < 0)) return [{ atMs: nowMs, value }];
  if (last !== undefined && nowMs - last.atMs < windowMs / samplesMax) {
    return [...samples.slice(0, -1), { atMs: last.atMs, value }];
  }
  return [...samples.filter(({ atMs }) => atMs >= nowMs - windowMs), { atMs: nowMs, value }];
}

/** Increase per second over the window; null when too little is known. */
export function ratePerSecond(samples: readonly Sample[], nowMs: number): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || nowMs - last.atMs > windowMs) return null;
  const seconds = (last.atMs - first.atMs) / 1000;
  return seconds < 0.2 ? null : (last.value - first.value) / seconds;
}

/** The display as lines, each shorter than `columns`. */
export function renderScreen(progress: Progress, nowMs: number, columns: number): readonly string[] {
  const rows: [string, string][] = [
    ['avsl', `${progress.network}, ${duration((nowMs - progress.startedAtMs) / 1000)}`],
    ['database', progress.database],
  ];
  if (progress.network === 'devnet') rows.push(['chains', stateOr(progress, 'devnet', devnetText(progress), nowMs)]);
  for (const chain of progress.chains) {
    rows.push([chain.name, stateOr(progress, `ingest ${chain.name}`, chainText(chain, nowMs), nowMs)]);
  }
  rows.push(['fold', stateOr(progress, 'fold', foldText(progress, nowMs), nowMs)]);
  rows.push(['api', stateOr(progress, 'api', progress.apiUrl ?? 'starting', nowMs)]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(
    ([name, text], i) => `${i === 0 ? '' : '  '}${name.padEnd(i === 0 ? width + 2 : width)}  ${text}`,
  );
  return [...lines, ...(progress.ready === null ? [] : [progress.ready])].map((line) => cut(line, columns - 1));
}

/** The same on one line, for logs. */
export function renderLine(progress: Progress, nowMs: number): string {
  const parts = [
    ...(progress.network === 'devnet' && progress.ready === null
      ? [`chains: ${stateOr(progress, 'devnet', devnetText(progress), nowMs)}`]
      : []),
    ...progress.chains.map(
      (chain) => `${chain.name}: ${stateOr(progress, `ingest ${chain.name}`, chainText(chain, nowMs), nowMs)}`,
    ),
    `fold: ${stateOr(progress, 'fold', foldText(progress, nowMs), nowMs)}`,
    ...(progress.apiUrl === null ? [`api: ${stateOr(progress, 'api', 'starting', nowMs)}`] : []),
  ];
  return `progress  ${parts.join(' | ')}`;
}

/** The line that says everything runs. */
export function readyLine(
  url: string,
  vScalars: readonly { readonly asset: string; readonly value: number | null }[],
  contagionIndex: number | null,
  finalTime: string | null,
): string {
  const known = vScalars.flatMap(({ asset, value }) => (value === null ? [] : [`${asset} ${value.toPrecision(3)}`]));
  const missing = vScalars.flatMap(({ asset, value }) => (value === null ? [asset] : []));
  return `ready  ${url}  (${[
    `V-Scalar ${known.join(', ')}`,
    ...(missing.length > 0 ? [`none yet for ${missing.join(', ')}`] : []),
    ...(contagionIndex === null ? [] : [`GCI ${contagionIndex.toPrecision(3)}`]),
    finalTime === null ? 'nothing final yet' : `final through ${finalTime}`,
  ].join('; ')})`;
}

/** After so many ends in a row a part is said to be in a crash loop. */
const crashLoopFailures = 5;

/** What is said once when a part comes into this state. `reason`: what it said last, null when it said nothing. */
export function announcement(part: string, state: PartState, reason: string | null): string | null {
  if (state.kind === 'failed') {
    const why = reason === null ? ` (${state.exit})` : ', see above';
    return `${part}: needs you${why}; it is not started again. The other parts go on.`;
  }
  if (state.kind !== 'waiting') return null;
  if (state.failures === 1 && reason === null) return `${part}: stopped (${state.exit}); it is started again`;
  if (state.failures !== crashLoopFailures) return null;
  return (
    `${part}: failed ${state.failures} times in a row, the last time with: ${reason ?? state.exit}\n` +
    `${part}: it is tried again now and then; the other parts go on. LOG_LEVEL=debug shows more.`
  );
}

/** What is wrong with a part, or else `text`. */
function stateOr(progress: Progress, part: string, text: string, nowMs: number): string {
  const state = progress.parts[part];
  if (state?.kind === 'waiting') {
    const wait = Math.max(0, Math.ceil((state.startsAtMs - nowMs) / 1000));
    return `stopped (${state.exit}${state.failures > 1 ? `, ${state.failures} times in a row` : ''}), starts again in ${wait} s`;
  }
  if (state?.kind === 'failed') return 'stopped: see the message above';
  if (state?.kind === 'stopped') return 'stopped';
  return text;
}

function devnetText({ devnet }: Progress): string {
  if (devnet === null) return 'starting';
  if (devnet.stage === 'contracts') return 'deploying contracts';
  if (devnet.stage === 'history') return `playing history, ${count(devnet.block)} of ${count(devnet.target)} blocks`;
  return devnet.stage === 'ended' ? 'play has ended; `npm start -- --reset` starts over' : 'live';
}

function chainText(chain: ChainProgress, nowMs: number): string {
  if (chain.block === null || chain.head === null) return 'waiting for the first block';
  const behind = chain.head - chain.block;
  const where = `block ${count(chain.block)} / ${count(chain.head)}`;
  const rows = ratePerSecond(chain.rows, nowMs);
  const speed = rows === null || rows === 0 ? '' : `, ${count(rows)} rows/s`;
  return `${where}${speed}${eta(behind, ratePerSecond(chain.blocks, nowMs))}`;
}

function foldText({ fold, foldTimes, foldEvents }: Progress, nowMs: number): string {
  if (fold === null || fold.publishedTime < 0) return 'waiting for the first blocks of every chain';
  const events = ratePerSecond(foldEvents, nowMs);
  const speed = events === null || events === 0 ? '' : `, ${count(events)} events/s`;
  const final = fold.finalTime < 0 ? 'nothing final yet' : `final ${utc(fold.finalTime)}`;
  return `step ${utc(fold.publishedTime)}, ${final}${speed}${eta(fold.coveredTime - fold.publishedTime, ratePerSecond(foldTimes, nowMs))}`;
}

function eta(remaining: number, perSecond: number | null): string {
  if (remaining <= 0 || perSecond === null || perSecond <= 0) return '';
  const seconds = remaining / perSecond;
  return seconds < 1 ? '' : `, ETA ${duration(seconds)}`;
}

/** A number as people read it. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

export function utc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 3))}...`;
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

/** A line of a part's output for people: JSON lines of pino or Subsquid lose their frame, stack traces go. */
export function readLogLine(line: string): LogLine | null {
  if (line.trim() === '') return null;
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    // Where a stack trace goes on, and what Node.js says to developers.
    return /^\s+at |^\(node:\d+\) |^\(Use `node --trace/.test(line)
      ? { level: 'debug', text: line }
      : { level: 'warn', text: line };
  }
  if (typeof record !== 'object' || record === null || !('level' in record)) return { level: 'warn', text: line };
  const { level, msg, err, ns } = record as { level: unknown; msg?: unknown; err?: unknown; ns?: unknown };
  const reason = errorText(err);
  const said = typeof msg === 'string' ? msg : '';
  const text = [said, reason.startsWith(said) ? reason.slice(said.length) : reason]
    .filter((part) => part !== '')
    .join(': ');
  // Subsquid tells of every pause between its own retries; the failure before it says enough.
  if (ns !== undefined && said.startsWith('will pause new requests')) return { level: 'debug', text };
  return { level: levelOf(level, ns !== undefined), text: text === '' ? line : text };
}

function errorText(error: unknown): string {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return '';
  const { message, stack } = error as { message?: unknown; stack?: unknown };
  if (typeof message === 'string') return message;
  return typeof stack === 'string' ? (stack.split('\n')[0] ?? '') : '';
}

/** pino counts 10, 20, .. 60; Subsquid, which names a namespace, 0 to 5. */
function levelOf(level: unknown, isSubsquid: boolean): LogLine['level'] {
  const value = typeof level === 'number' ? (isSubsquid ? (level + 1) * 10 : level) : 30;
  if (value >= 50) return 'error';
  if (value >= 40) return 'warn';
  return value >= 30 ? 'info' : 'debug';
}

/** Where the progress goes: redrawn in place on a terminal, else a line now and then. */
export interface Display {
  /** A lasting line. */
  say(line: string): void;
  /** The newest progress; may be shown later. */
  update(progress: Progress): void;
  close(): void;
}

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Between two lines of a log when everything is ready. */
const readyLineEveryMs = 60_000;

export function createDisplay(output: Output, lineEveryMs = 3000): Display {
  return output.isTTY ? terminalDisplay(output) : plainDisplay(output, lineEveryMs);
}

function terminalDisplay(output: Output): Display {
  let shown = 0;
  let progress: Progress | null = null;
  const erase = (): string => (shown === 0 ? '' : `\u001b[${shown}F\u001b[J`);
  const draw = (above: string): void => {
    const lines = progress === null ? [] : renderScreen(progress, Date.now(), output.columns || 80);
    // Lines that scroll out of the window cannot be erased.
    const visible = lines.slice(-Math.max(1, (output.rows || 24) - 1));
    output.write(`${erase()}${above}${visible.map((line) => `${line}\n`).join('')}`);
    shown = visible.length;
  };
  const timer = setInterval(() => draw(''), 200);
  timer.unref();
  return {
    say: (line) => draw(`${line}\n`),
    update: (next) => {
      progress = next;
    },
    close: () => {
      clearInterval(timer);
      draw('');
      shown = 0;
      progress = null;
    },
  };
}

function plainDisplay(output: Output, lineEveryMs: number): Display {
  let progress: Progress | null = null;
  let saidReady = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  const timer = setInterval(() => {
    if (progress === null || (saidReady && Date.now() - lastAt < readyLineEveryMs)) return;
    lastAt = Date.now();
    output.write(`${renderLine(progress, lastAt)}\n`);
  }, lineEveryMs);
  timer.unref();
  return {
    say: (line) => output.write(`${line}\n`),
    update: (next) => {
      progress = next;
      if (next.ready !== null && !saidReady) {
        saidReady = true;
        lastAt = Date.now();
        output.write(`${next.ready}\n`);
      }
    },
    close: () => clearInterval(timer),
  };
}
