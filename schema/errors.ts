/** Something outside failed (a node, a database, a file that is locked): back off and try again. */
export class RetryableError extends Error {
  override readonly name: string = 'RetryableError';
}

/** Something only a person can mend (a bad setting, a database of another network): stop and say what to do. */
export class FatalError extends Error {
  override readonly name: string = 'FatalError';
}

/** The program contradicts itself or its stored data: a promise of ARCHITECTURE.md is broken. Never caught to go on. */
export class InvariantError extends Error {
  override readonly name: string = 'InvariantError';
}

/** Fails unless `condition` holds. @throws {InvariantError} with `message`. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** The compiler refuses a call whose argument can still have a value: every case of a union is handled. */
export function assertNever(value: never): never {
  throw new InvariantError(`Unhandled case: ${JSON.stringify(value)}`);
}
