import { z } from 'zod';
import { assetSchema, parametersSchema } from '../../schema/chains-config.ts';
import { FatalError } from '../../schema/errors.ts';

const column = z.union([z.string().min(1), z.number().int().min(0)]);
const assetKey = z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'expected 1 to 32 of A-Z a-z 0-9 . _ -');

const shape = z.strictObject({
  file: z.string().min(1).meta({ description: 'Relative to the mapping; .gz is unpacked' }),
  format: z.enum(['csv', 'json']).optional().meta({ description: 'Default: by the name of the file' }),
  skipLines: z
    .number()
    .int()
    .min(0)
    .default(0)
    .meta({ description: 'CSV: lines before the one that names the columns' }),
  delimiter: z.string().length(1).default(','),
  at: z.string().optional().meta({ description: 'JSON: path of the array of rows, such as data or result.prices' }),
  time: column.meta({ description: 'Column (name, or index from 0) of the time' }),
  timeUnit: z.enum(['seconds', 'milliseconds', 'text']).meta({
    description: 'text: ISO 8601 or YYYY-MM-DD hh:mm:ss, UTC where it names no zone',
  }),
  addSeconds: z.number().int().min(0).default(0).meta({
    description: 'Length of a candle whose time is its beginning: its close is known then',
  }),
  price: column.optional().meta({ description: 'Column of the price: the series is a source that votes' }),
  volatility: column.optional().meta({
    description: 'Column of a volatility index, instead of a price: told beside V, never used in it',
  }),
  volatilityUnit: z.enum(['percent', 'decimal']).optional().meta({
    description: 'percent: 73.5 and decimal: 0.735 are the same; required for a volatility',
  }),
  confidence: column.optional().meta({ description: 'Column of its half-width, where the source states one' }),
  priceDecimals: z.number().int().min(0).max(36).default(0).meta({
    description: 'Decimals of prices given as integers on chain: 8 for 167136330000 = 1671.3633',
  }),
  where: z.record(z.string(), z.string()).default({}).meta({
    description: 'Only rows whose columns hold these texts; for a file that holds several series',
  }),
  asset: assetKey,
  quote: assetKey.optional().meta({ description: 'Asset in which the price is given; absent: US dollars' }),
  group: z.string().optional().meta({ description: 'Series of one group vote once; default: the series alone' }),
  heartbeatSeconds: z.number().int().min(1),
  deviationThreshold: z.number().gt(0).lt(1).default(0.005),
  sampleSeconds: z.number().int().min(0).max(86_400).default(0).meta({
    description: 'Of the prices within one such interval the last counts for volatility; 0: every price',
  }),
  weight: z.number().gt(0).max(1e6).default(1),
});

/** One file's prices of one asset, or values of one volatility index on it. */
export const seriesSchema = shape.superRefine((series, context) => {
  const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if ((series.price === undefined) === (series.volatility === undefined)) {
    problem('price', 'expected a column of prices or one of volatilities, and not both');
  }
  if ((series.volatility === undefined) !== (series.volatilityUnit === undefined)) {
    problem('volatilityUnit', 'expected percent or decimal where volatility names a column, and nothing elsewhere');
  }
  if (series.volatility === undefined) return;
  for (const name of ['confidence', 'quote'] as const) {
    if (series[name] !== undefined) problem(name, 'expected none: a volatility index has none');
  }
});

/** What `avsl import` reads. */
export const mappingSchema = z.strictObject({
  $schema: z.string().optional(),
  parameters: parametersSchema.partial().default({}).meta({ description: 'Merged over those of chains.json' }),
  assets: z.record(assetKey, assetSchema).default({}).meta({ description: 'Merged over those of chains.json' }),
  series: z.record(z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'expected 1 to 32 of A-Z a-z 0-9 . _ -'), seriesSchema),
});

export type Mapping = z.output<typeof mappingSchema>;
export type Series = Mapping['series'][string];

/** A row of a data file, or a part of the mapping, cannot be used. Nothing of the import is stored. */
export class HistoryRefusedError extends FatalError {
  override readonly name = 'HistoryRefusedError';
  constructor(
    readonly file: string,
    readonly problems: readonly { readonly place: string; readonly problem: string }[],
    remedy: string,
  ) {
    super(
      `${file} cannot be imported:\n${problems.map(({ place, problem }) => `  ${place}: ${problem}`).join('\n')}\n${remedy} Nothing was stored.`,
    );
  }
}

/** @throws {HistoryRefusedError} naming every member that is wrong. */
export function parseMapping(file: string, text: string): Mapping {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new HistoryRefusedError(
      file,
      [{ place: 'the mapping', problem: (error as Error).message }],
      'Correct its JSON.',
    );
  }
  const result = mappingSchema.safeParse(content);
  if (result.success) return result.data;
  throw new HistoryRefusedError(
    file,
    result.error.issues.map((issue) => ({
      place: issue.path.join('.') || '(top level)',
      problem: issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} is not known here` : issue.message,
    })),
    'Correct the mapping.',
  );
}
