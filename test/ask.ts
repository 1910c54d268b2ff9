import { expect } from 'vitest';

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: tests compare whole answers.
  data: any;
  errors?: { message: string; extensions: { code: string } }[];
}

/** What a running API answers over HTTP. */
export async function askOf(api: { readonly url: string }, query: string, variables: object = {}): Promise<Answer> {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

/** The data of an answer without errors. */
export async function toldOf(api: { readonly url: string }, query: string, variables: object = {}) {
  const { data, errors } = await askOf(api, query, variables);
  expect(errors).toBe(undefined);
  return data;
}
