import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InvariantError } from '../../schema/errors.ts';
import { parseJson } from '../json.ts';
import { type Comparison, compare, merge } from './compare.ts';
import type { VectorModel } from './models.ts';
import { descriptions, fileModels, sectionKind } from './sections.ts';

export interface VectorReport {
  readonly file: string;
  /** Cases that were run. */
  readonly cases: number;
  /** Cases that failed. */
  readonly failures: number;
  /** Largest absolute difference of a number from the one expected. */
  readonly largestError: number;
  /** Models named by the file that are not built yet. */
  readonly notBuilt: readonly string[];
  /** A line per difference, per section nobody knows, per thing that is no vector. Empty: all that was run passed. */
  readonly problems: readonly string[];
}

const fileSchema = z.looseObject({ meta: z.looseObject({ tolerance: z.number().min(0).default(0) }) });

/** Runs a golden-vector file through the model. What is wrong with the file itself is a problem of the report. */
export function checkVectorFile(file: string): VectorReport {
  let content: unknown;
  try {
    content = parseJson(readFileSync(file, 'utf8'), file);
  } catch (error) {
    return { file, cases: 0, failures: 0, largestError: 0, notBuilt: [], problems: [(error as Error).message] };
  }
  return checkVectors(content, file);
}

/** As `checkVectorFile`, for content already read. Numbers may differ by `meta.tolerance`, which is 0 if absent. */
export function checkVectors(content: unknown, file: string): VectorReport {
  const parsed = fileSchema.safeParse(content);
  const problems: string[] = [];
  const notBuilt = new Set<string>();
  const results: Comparison[] = [];
  if (!parsed.success) problems.push(`not a vector file: ${shapeProblem(parsed.error)}`);
  else {
    const { tolerance: ofFile } = parsed.data.meta;
    const run = (model: VectorModel, input: unknown, id: string) => {
      try {
        for (const { id: name, found, expected, tolerance = ofFile } of model(input, id)) {
          const result = compare(found, expected, tolerance);
          results.push({ ...result, differences: result.differences.map((line) => `${name}: ${line}`) });
        }
      } catch (error) {
        if (!(error instanceof z.ZodError) && !(error instanceof InvariantError)) throw error;
        const why = error instanceof z.ZodError ? shapeProblem(error) : error.message;
        results.push({ largestError: 0, differences: [`${id}: ${why}`] });
      }
    };
    const whole = fileModels.filter(({ sections }) => sections.some((section) => Object.hasOwn(parsed.data, section)));
    for (const { sections, model } of whole) run(model, parsed.data, sections.join(', '));
    for (const [section, value] of Object.entries(parsed.data)) {
      if (descriptions.has(section) || whole.some(({ sections }) => sections.includes(section))) continue;
      const entries = Array.isArray(value) && value.length > 0 ? value : [value];
      for (const [i, entry] of entries.entries()) {
        const id = entryId(section, entry, entries.length > 1 ? i : null);
        const kind = sectionKind(section, entry);
        if (kind === null) problems.push(`${id}: unknown section`);
        else if ('notBuilt' in kind) notBuilt.add(kind.notBuilt);
        else run(kind.model, entry, id);
      }
    }
    if (results.length === 0 && notBuilt.size === 0 && problems.length === 0) problems.push('holds no cases');
  }
  const merged = merge(results);
  return {
    file,
    cases: results.length,
    failures: results.filter((result) => result.differences.length > 0).length,
    largestError: merged.largestError,
    notBuilt: [...notBuilt].sort(),
    problems: [...problems, ...merged.differences],
  };
}

/** 0 when all passed, 1 when anything failed or is unknown, else 3 when something is not built yet. */
export function vectorsExitCode(reports: readonly VectorReport[]): 0 | 1 | 3 {
  if (reports.some((report) => report.problems.length > 0)) return 1;
  return reports.some((report) => report.notBuilt.length > 0) ? 3 : 0;
}

function entryId(section: string, entry: unknown, index: number | null): string {
  const id = (entry as { id?: unknown } | null)?.id;
  if (typeof id === 'string' || typeof id === 'number') return `${section}/${id}`;
  return index === null ? section : `${section}[${index}]`;
}

function shapeProblem(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`).join('; ');
}
