/** What a service answered. */
export interface Got {
  readonly status: number;
  /** Seconds it asks to be left alone for, at most an hour; null: it does not say. */
  readonly retryAfterSeconds: number | null;
  readonly text: string;
}

const answerBytesMax = 4_000_000;
const retryAfterSecondsMax = 3600;

/**
 * GET of another party's service: no redirects, at most 4 MB, until the signal.
 * @throws what `fetch` throws, and an Error for an answer that is too long.
 */
export async function boundedGet(url: string, signal: AbortSignal): Promise<Got> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    // Not 'error': with it Node 20 forgets the signal at the next garbage collection, and half an answer is awaited for ever.
    redirect: 'manual',
    signal,
  });
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    status: response.status,
    retryAfterSeconds: seconds >= 0 ? Math.min(seconds, retryAfterSecondsMax) : null,
    text: await readText(response),
  };
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length;
    if (bytes > answerBytesMax) {
      await reader.cancel();
      throw new Error(`its answer has more than ${answerBytesMax} bytes`);
    }
    parts.push(part.value);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Why a request came to nothing, in words. `deadline`: the signal that ended it, if it did. */
export function reasonOfFailure(error: unknown, deadline: AbortSignal, deadlineMs: number): string {
  if (deadline.aborted) return `no answer within ${deadlineMs} ms`;
  const { cause, message } = error as Error;
  return `it cannot be reached: ${cause instanceof Error ? cause.message : message}`;
}
