import { canonicalJson } from '../../schema/canonical.ts';
import type { LogFilter, StateRead } from './source.ts';

/** What blocks are searched for. */
export interface Selection {
  readonly filters: readonly LogFilter[];
  /** At every state-read block. */
  readonly stateReads: readonly StateRead[];
}

/** Blocks [from, to], searched with one selector. */
export interface Searched {
  readonly selector: string;
  readonly from: number;
  readonly to: number;
}

/** Blocks [from, to] that were not searched for this selection. */
export interface Gap extends Selection {
  readonly from: number;
  readonly to: number;
}

/** Canonical JSON of each log filter and of all state reads together, as table `coverage` holds them. */
export function selectorsOf({ filters, stateReads }: Selection): string[] {
  const logs = filters.map((filter) =>
    canonicalJson({
      topic0: [...filter.topic0].sort(),
      ...(filter.topic1 && { topic1: [...filter.topic1].sort() }),
      ...(filter.addresses && { addresses: [...filter.addresses].sort() }),
    }),
  );
  if (stateReads.length === 0) return logs;
  return [...logs, canonicalJson({ stateReads: stateReads.map(({ to, calldata }) => ({ to, calldata })) })];
}

/** The ranges of [from, to], ascending, in which something of `wanted` was not searched, each with what that is. */
export function gapsOf(wanted: Selection, searched: readonly Searched[], from: number, to: number): Gap[] {
  const within = searched.filter((one) => one.to >= from && one.from <= to);
  const starts = [...new Set([from, ...within.flatMap((one) => [one.from, one.to + 1])])]
    .filter((block) => block >= from && block <= to)
    .sort((a, b) => a - b);
  const gaps: Gap[] = [];
  starts.forEach((start, i) => {
    const end = (starts[i + 1] ?? to + 1) - 1;
    const missing = without(wanted, within.filter((one) => one.from <= start && one.to >= end).map(parse));
    if (missing.filters.length === 0 && missing.stateReads.length === 0) return;
    const last = gaps.at(-1);
    if (last && last.to === start - 1 && selectorsOf(last).join() === selectorsOf(missing).join()) {
      gaps[gaps.length - 1] = { ...last, to: end };
    } else gaps.push({ ...missing, from: start, to: end });
  });
  return gaps;
}

function parse({ selector }: Searched): Selection {
  const { stateReads, ...filter } = JSON.parse(selector) as LogFilter & { readonly stateReads?: readonly StateRead[] };
  return { filters: filter.topic0 ? [filter] : [], stateReads: stateReads ?? [] };
}

/** What of `wanted` none of `done` holds; of a filter the least filter that still finds all of it. */
function without(wanted: Selection, done: readonly Selection[]): Selection {
  const filters = done.flatMap((selection) => selection.filters);
  const reads = new Set(done.flatMap((selection) => selection.stateReads.map(idOf)));
  return {
    filters: wanted.filters.flatMap((filter) => {
      const missing = kindsOf(filter).filter((kind) => !filters.some((one) => finds(one, kind)));
      if (missing.length === 0) return [];
      const left = <T>(values: readonly T[], of: (kind: LogKind) => T | null): T[] =>
        values.filter((value) => missing.some((kind) => of(kind) === value));
      return [
        {
          ...(filter.addresses && { addresses: left(filter.addresses, (kind) => kind.address) }),
          topic0: left(filter.topic0, (kind) => kind.topic0),
          ...(filter.topic1 && { topic1: left(filter.topic1, (kind) => kind.topic1) }),
        },
      ];
    }),
    stateReads: wanted.stateReads.filter((read) => !reads.has(idOf(read))),
  };
}

/** Logs with these three; null: any. */
interface LogKind {
  readonly address: NonNullable<LogFilter['addresses']>[number] | null;
  readonly topic0: LogFilter['topic0'][number];
  readonly topic1: LogFilter['topic0'][number] | null;
}

function kindsOf({ addresses, topic0, topic1 }: LogFilter): LogKind[] {
  return (addresses ?? [null]).flatMap((address) =>
    topic0.flatMap((first) => (topic1 ?? [null]).map((second) => ({ address, topic0: first, topic1: second }))),
  );
}

function finds(filter: LogFilter, { address, topic0, topic1 }: LogKind): boolean {
  return (
    filter.topic0.includes(topic0) &&
    (!filter.addresses || (address !== null && filter.addresses.includes(address))) &&
    (!filter.topic1 || (topic1 !== null && filter.topic1.includes(topic1)))
  );
}

function idOf({ to, calldata }: StateRead): string {
  return to + calldata;
}
