import type { FoldHead, JournalView, ReadApi } from '../store/read-api.ts';
import { ApiError } from './errors.ts';

/** A past moment, as the input AsOf says it: one of these. */
export interface Moment {
  readonly seq?: bigint | null;
  /** Seconds. */
  readonly time?: number | null;
  readonly blocks?:
    | readonly { readonly chainId: number; readonly number: number; readonly hash?: string | null | undefined }[]
    | null;
}

/** A view of the journal that a question is answered from. */
export interface View extends JournalView {
  /** Seconds: nothing newer was published through this moment. A value computed later than this is its own moment. */
  readonly asOfTime: number;
}

/** A head with something published. */
export type ReadyHead = FoldHead & { readonly lineage: string };

/**
 * Entries are published in the order of their closing times but for what is not final yet, so no entry up to a seq is
 * later than that seq's own time by more than the longest unfinal stretch. A generous bound, used only to start the
 * search for the newest row below the head.
 */
const unfinalSecondsMax = 30 * 86_400;

/** @throws {ApiError} NOT_READY before the first publication. */
export function readyHead(head: FoldHead | null): ReadyHead {
  if (head === null || head.lineage === null || head.lastSeq === 0) {
    throw new ApiError(
      'NOT_READY',
      'Nothing is published yet: the chains are still being indexed. Ask again later; `_meta.chains` shows how far they are.',
    );
  }
  return head as ReadyHead;
}

/** Seconds: the clock ages are measured with. Wall clock on mainnet; chain time plus what passed since on the devnet. */
export function nowOf(head: FoldHead | null): number {
  const wallMs = Date.now();
  const clock = head?.report.clock;
  if (clock === undefined || clock.network !== 'devnet') return wallMs / 1000;
  return clock.chainTime + (wallMs - clock.wallMs) / 1000;
}

export async function resolveView(store: ReadApi, head: ReadyHead, asOf: Moment | null | undefined): Promise<View> {
  const newest = { lineage: head.lineage, seq: head.lastSeq, finalTime: head.finalTime };
  if (asOf === null || asOf === undefined) {
    return { ...newest, time: Number.MAX_SAFE_INTEGER, asOfTime: head.publishedTime };
  }
  if (typeof asOf.seq === 'bigint') return viewAtSeq(store, head, asOf.seq);
  const time = typeof asOf.time === 'number' ? asOf.time : await timeOfBlocks(store, head, asOf.blocks ?? []);
  if (time > head.publishedTime) {
    throw new ApiError(
      'NOT_INDEXED_YET',
      `${iso(time)} is later than what is published, which reaches ${iso(head.publishedTime)}. Ask again later, or leave asOf out.`,
      { publishedTime: iso(head.publishedTime) },
    );
  }
  return { ...newest, time, asOfTime: time };
}

async function viewAtSeq(store: ReadApi, head: ReadyHead, seq: bigint): Promise<View> {
  if (seq < 1n) throw new ApiError('BAD_USER_INPUT', `asOf.seq is ${seq}: the journal begins at 1.`);
  // The head is read first, so what it says exists stays the limit.
  const point = seq <= BigInt(head.lastSeq) ? await store.journalPoint(Number(seq)) : null;
  if (point === null) {
    throw new ApiError(
      'NOT_INDEXED_YET',
      `The journal ends at ${head.lastSeq}; asOf.seq is ${seq}. Ask again later, or ask for at most ${head.lastSeq}.`,
      { seq: String(head.lastSeq) },
    );
  }
  return {
    lineage: point.lineage,
    seq: Number(seq),
    finalTime: point.finalTime,
    time: point.kind === 'lineage' ? Number.MAX_SAFE_INTEGER : point.time + unfinalSecondsMax,
    asOfTime: point.time,
  };
}

/** Closing time of the step that contains the earliest of the blocks. */
async function timeOfBlocks(store: ReadApi, head: ReadyHead, refs: NonNullable<Moment['blocks']>): Promise<number> {
  const stepSeconds = head.report.parameters?.stepSeconds ?? 1;
  if (refs.length === 0 || refs.length > 100) {
    throw new ApiError('BAD_USER_INPUT', `asOf.blocks holds ${refs.length} blocks: expected 1 to 100.`);
  }
  const blocks = await store.blocks(
    refs.map(({ chainId, number, hash }) => {
      if (hash !== undefined && hash !== null && hash.length !== 66) {
        throw new ApiError('BAD_USER_INPUT', `${hash} is not a block hash: expected 32 bytes.`);
      }
      return { chainId, number, hash: hash ?? null };
    }),
  );
  let earliest = Number.MAX_SAFE_INTEGER;
  for (let i = 0; i < refs.length; i++) {
    const ref = refs[i] as (typeof refs)[number];
    const found = blocks[i] as (typeof blocks)[number];
    const name = `Block ${ref.number} of chain ${ref.chainId}`;
    if (found.headNumber === null) {
      throw new ApiError(
        'BAD_USER_INPUT',
        `Chain ${ref.chainId} is not indexed. \`_meta.chains\` lists those that are.`,
      );
    }
    if (ref.number > found.headNumber) {
      throw new ApiError(
        'NOT_INDEXED_YET',
        `${name} is not indexed yet: the newest is ${found.headNumber}. Ask again later.`,
      );
    }
    const exact = found.number === ref.number;
    if (found.displaced || (exact && ref.hash && ref.hash !== found.hash)) {
      throw new ApiError(
        'BLOCK_NOT_CANONICAL',
        `${name} with hash ${ref.hash} is not on the chain any more${exact ? `; it now has hash ${found.hash}` : ''}.`,
      );
    }
    if (found.timestamp === null) {
      throw new ApiError('NOT_FOUND', `${name} is before the first indexed block of that chain.`);
    }
    if (!exact && ref.hash) {
      throw new ApiError(
        'NOT_FOUND',
        `${name} holds no indexed rows, so its hash is not stored and cannot be checked. Leave the hash out, or ask for block ${found.number}.`,
      );
    }
    earliest = Math.min(earliest, Math.ceil(found.timestamp / stepSeconds) * stepSeconds);
  }
  return earliest;
}

export function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
