import { z } from 'zod';

/** One message as LayerZero Scan tells it. Source: docs.layerzero.network/v2/tools/layerzeroscan/api. */
export interface ScanMessage {
  readonly guid: string;
  readonly sourceId: number;
  readonly destinationId: number;
  /** `status.name`, as it was written. */
  readonly status: string;
  readonly sourceTransaction: string | null;
  readonly destinationTransaction: string | null;
  /** Seconds; null: it does not say. */
  readonly destinationTime: number | null;
}

/** Numbers come as numbers or as strings, by field and by release. */
const whole = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text) => text.toLowerCase());
const side = z
  .object({ tx: z.object({ txHash: hash.nullish(), blockTimestamp: whole.nullish() }).nullish() })
  .nullish();
const item = z.object({
  guid: hash,
  pathway: z.object({ srcEid: whole, dstEid: whole }),
  source: side,
  destination: side,
  status: z.object({ name: z.string().min(1).max(64) }),
});
const answer = z.object({ data: z.array(item).max(1000) });

/** Null: it has another shape. */
export function parseScanAnswer(content: unknown): readonly ScanMessage[] | null {
  const result = answer.safeParse(content);
  if (!result.success) return null;
  return result.data.data.map(({ destination, guid, pathway, source, status }) => ({
    guid,
    sourceId: pathway.srcEid,
    destinationId: pathway.dstEid,
    status: status.name,
    sourceTransaction: source?.tx?.txHash ?? null,
    destinationTransaction: destination?.tx?.txHash ?? null,
    destinationTime: destination?.tx?.blockTimestamp ?? null,
  }));
}
