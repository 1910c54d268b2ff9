import type { AdoptionRow, Constants } from '../store/read-api.ts';
import type { ApiContext } from './context.ts';
import { ApiError } from './errors.ts';
import type { Parameter, ParameterChange, Parameters } from './types.generated.ts';
import type { Moment } from './view.ts';

/** @throws {ApiError} NOT_FOUND where the log does not hold the configuration. */
export async function parameters(context: ApiContext, asOf: Moment | null | undefined): Promise<Parameters> {
  const { lineage } = await context.view(asOf);
  const { store } = context.services;
  const adoption = await store.adoption(lineage);
  if (adoption === null) {
    throw new ApiError('NOT_FOUND', `The log does not hold the configuration that lineage ${lineage} adopted.`);
  }
  const { contagionParameters: _, parameters: __, ...said } = adoption;
  const values = constantsOf(adoption);
  const former = adoption.switchedFrom === null ? null : await store.adoption(adoption.switchedFrom);
  return { ...said, values, changed: former === null ? [] : changes(constantsOf(former), values) };
}

function constantsOf({ contagionParameters, parameters }: AdoptionRow): readonly Parameter[] {
  return [...named('contagion.parameters', contagionParameters ?? {}), ...named('parameters', parameters)].sort(
    (a, b) => (a.name < b.name ? -1 : 1),
  );
}

function named(prefix: string, constants: Constants): readonly Parameter[] {
  return Object.entries(constants).flatMap(([key, value]) =>
    typeof value === 'number' ? [{ name: `${prefix}.${key}`, value }] : named(`${prefix}.${key}`, value),
  );
}

function changes(before: readonly Parameter[], now: readonly Parameter[]): ParameterChange[] {
  const [from, to] = [before, now].map((list) => new Map(list.map(({ name, value }) => [name, value])));
  return [...new Set([...before, ...now].map(({ name }) => name))]
    .sort()
    .map((name) => ({ name, from: from?.get(name) ?? null, to: to?.get(name) ?? null }))
    .filter((change) => change.from !== change.to);
}
