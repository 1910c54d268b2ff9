import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import { type Meaning, meaningSchema } from '../../schema/chains-config.ts';
import { InvariantError } from '../../schema/errors.ts';
import type { ChainExcluded, ChainReturned, FeedActivated, OptionChainReported } from '../../schema/events.ts';
import { Address, AssetId, ChainId, FeedId } from '../../schema/ids.ts';
import { optionChainSchema } from '../../schema/option-chain.ts';
import { optionChainReported } from './deribit.ts';

/** The stored payload of an observation is not what was written: the log was altered, or another version wrote it. */
export class ObservationNotUnderstoodError extends InvariantError {
  override readonly name = 'ObservationNotUnderstoodError';
  constructor(
    readonly kind: string,
    readonly problem: string,
  ) {
    super(
      `Observation ${kind} of the log is not understood: ${problem}. The log was altered or written by another version; restore it from a backup.`,
    );
  }
}

const chainId = z.number().int().min(1).transform(ChainId);
const block = z.number().int().min(-1);
const step = z.number().int().min(0);
const feed = z.strictObject({
  id: z.string().transform(FeedId),
  chainId,
  source: z.string(),
  group: z.string(),
  purpose: z.enum(['price', 'sequencer-uptime', 'option-market']),
  asset: z.string().transform(AssetId).nullable(),
  quote: z.string().transform(AssetId).exactOptional(),
  oracle: z.string(),
  reporter: z.string().nullable(),
  decimals: z.number().int().nullable(),
  heartbeatSeconds: z.number().gt(0),
  deviationThreshold: z.number().gt(0),
  sampleSeconds: z.number().int().gt(0).exactOptional(),
  weight: z.number().gt(0),
  pool: z
    .strictObject({
      token0: z.string().transform(Address),
      token1: z.string().transform(Address),
      decimals0: z.number().int(),
      decimals1: z.number().int(),
      base: z.union([z.literal(0), z.literal(1)]),
      quote: z.string().transform(AssetId),
      feePips: z.number().int(),
      windowSeconds: z.number().int(),
    })
    .exactOptional(),
});

/** Payload of each kind. A kind once written is never changed: a new shape is a new kind. */
const payloads = {
  ConfigAdopted: z.strictObject({ sha256: z.string(), content: meaningSchema }),
  ChainExcluded: z.strictObject({ chainId, lastBlock: block, atStep: step }),
  ChainReturned: z.strictObject({ chainId, throughBlock: block, atStep: step }),
  SourceActivated: z.strictObject({ feed }),
  OptionChainObserved: optionChainSchema,
} as const;

export type ObservationKind = keyof typeof payloads;

/** sha256 of the canonical meaning, lower-case hex without 0x: the configuration part of a lineage's identity. */
export function meaningSha256(meaning: Meaning): string {
  return createHash('sha256').update(canonicalJson(meaning)).digest('hex');
}

/** What to append to the configuration stream when a lineage begins. */
export function configAdoptedObservation(meaning: Meaning): {
  readonly kind: ObservationKind;
  readonly payload: string;
} {
  return { kind: 'ConfigAdopted', payload: canonicalJson({ sha256: meaningSha256(meaning), content: meaning }) };
}

/** What to append to the membership or activation stream. The inverse of `parseObservation`. */
export function observationOf(event: ChainExcluded | ChainReturned | FeedActivated): {
  readonly kind: ObservationKind;
  readonly payload: string;
} {
  const { type, ...payload } = event;
  return { kind: type === 'FeedActivated' ? 'SourceActivated' : type, payload: canonicalJson(payload as Canonical) };
}

/** What a stored payload says. */
export type Observation =
  | ChainExcluded
  | ChainReturned
  | FeedActivated
  | OptionChainReported
  | { readonly type: 'ConfigAdopted'; readonly sha256: string; readonly content: Meaning };

/** @throws {ObservationNotUnderstoodError} unless `payload` is exactly what was written for `kind`. */
export function parseObservation(kind: string, payload: string): Observation {
  switch (kind) {
    case 'ConfigAdopted': {
      const { sha256, content } = parsed(kind, payload);
      const found = meaningSha256(content);
      if (found !== sha256) {
        throw new ObservationNotUnderstoodError(kind, `its content has sha256 ${found}, it states ${sha256}`);
      }
      return { type: kind, sha256, content };
    }
    case 'ChainExcluded':
      return { type: kind, ...parsed(kind, payload) };
    case 'ChainReturned':
      return { type: kind, ...parsed(kind, payload) };
    case 'SourceActivated':
      return { type: 'FeedActivated', ...parsed(kind, payload) };
    case 'OptionChainObserved':
      return optionChainReported(parsed(kind, payload));
    default:
      throw new ObservationNotUnderstoodError(kind, `expected one of ${Object.keys(payloads).join(', ')}`);
  }
}

function parsed<K extends ObservationKind>(kind: K, payload: string): z.output<(typeof payloads)[K]> {
  let content: unknown;
  try {
    content = JSON.parse(payload);
  } catch {
    throw new ObservationNotUnderstoodError(kind, 'its payload is not JSON');
  }
  const result = payloads[kind].safeParse(content);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new ObservationNotUnderstoodError(kind, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  return result.data as z.output<(typeof payloads)[K]>;
}
