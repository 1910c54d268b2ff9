import type { JournalKind } from '../schema/published.ts';
import type { ApiContext } from './context.ts';

/** Something on its way out that one journal entry says. */
interface OfEntry {
  readonly row: {
    readonly seq: number;
    readonly lineage: string;
    readonly step: number;
    readonly time: number;
    readonly kind: JournalKind;
  };
}

/** What is told of the journal entry beside the value. */
export const entryFields = {
  seq: ({ row }: OfEntry) => row.seq,
  lineage: ({ row }: OfEntry) => row.lineage,
  step: ({ row }: OfEntry) => row.step,
  time: ({ row }: OfEntry) => row.time,
  kind: ({ row }: OfEntry) => row.kind.toUpperCase() as Uppercase<JournalKind>,
  finality: ({ row }: OfEntry) => (row.kind === 'final' ? ('FINAL' as const) : ('PROVISIONAL' as const)),
  cut: ({ row }: OfEntry, _: unknown, context: ApiContext) => context.cuts.get(row.seq),
};
