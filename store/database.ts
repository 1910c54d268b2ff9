import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { InvariantError, RetryableError } from '../schema/errors.ts';

/** Connections to one database. Rows hold bigint columns as numbers, numeric as strings, bytea as Buffers. */
export type Pool = pg.Pool;
/** One connection, inside `transaction` or checked out of the pool. */
export type Client = pg.PoolClient;
/** What runs a statement: a pool or one of its connections. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export interface PoolOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly max?: number;
  readonly statementTimeoutMs?: number;
  /** A connection that is waited for and carries nothing for so long is given up. Default: the operating system's patience. */
  readonly silenceSecondsMax?: number | undefined;
  /** Sessions refuse writes and, where migration could create it, have the rights of the role `avsl_reader` only. */
  readonly readOnly?: boolean;
}

export class DatabaseUnavailableError extends RetryableError {
  override readonly name = 'DatabaseUnavailableError';
  constructor(override readonly cause: unknown) {
    super(`The database does not answer: ${cause instanceof Error ? cause.message : String(cause)}. Trying again.`);
  }
}

export const readerRole = 'avsl_reader';

/** Readers repeat a few small statements: planning them anew each time costs several times what running them does. */
const readerSettings = '-c default_transaction_read_only=on -c plan_cache_mode=force_generic_plan';

/** A server that vanished without a word is noticed by the operating system. */
const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
const silenceMsMax = 3000;

/** Gives itself up where the server is waited for and nothing goes to or fro for `silenceSecondsMax`. */
class WatchedClient extends pg.Client {
  constructor(config: pg.ClientConfig & { readonly silenceSecondsMax?: number | undefined } = {}) {
    super(config);
    const { silenceSecondsMax } = config;
    if (silenceSecondsMax === undefined) return;
    const state = this as unknown as { readonly readyForQuery?: boolean; readonly _ending: boolean };
    let [moved, silentLooks] = [-1, 0];
    // Looks are counted, not time: while this process itself stands still none is made.
    const looksMax = 4;
    const look = (): void => {
      const stream = this.connection.stream as Socket;
      const now = stream.bytesRead + stream.bytesWritten;
      silentLooks = (state.readyForQuery && !state._ending) || now !== moved ? 0 : silentLooks + 1;
      moved = now;
      if (silentLooks < looksMax) return;
      clearInterval(looking);
      const problem = `it has been silent for ${silenceSecondsMax} s`;
      stream.destroy(Object.assign(new Error(problem), { code: 'ETIMEDOUT' }));
    };
    const looking = setInterval(look, (silenceSecondsMax * 1000) / looksMax).unref();
    this.once('end', () => clearInterval(looking));
  }
}

/** So the server notices within a minute that a client has vanished, whose locks it holds. */
async function keepServerAlive(client: pg.ClientBase): Promise<void> {
  await client.query('SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3');
}

export function createPool(url: string, options: PoolOptions): Pool {
  const { statementTimeoutMs, silenceSecondsMax } = options;
  const pool = new pg.Pool({
    Client: WatchedClient,
    ...(silenceSecondsMax !== undefined && { silenceSecondsMax, onConnect: keepServerAlive }),
    connectionString: url,
    application_name: options.applicationName,
    max: options.max ?? 10,
    connectionTimeoutMillis: 30_000,
    ...keepAlive,
    types: { getTypeParser },
    // Where the connection has fallen silent the server's own limit is not heard of.
    ...(statementTimeoutMs === undefined
      ? {}
      : {
          statement_timeout: statementTimeoutMs,
          query_timeout: statementTimeoutMs + silenceMsMax,
          connectionTimeoutMillis: statementTimeoutMs + silenceMsMax,
        }),
    ...(options.readOnly ? { options: readerSettings, onConnect: takeReaderRole } : {}),
  });
  // Without a listener the loss of an idle connection would end the process; the next query reports it instead.
  pool.on('error', () => {});
  return pool;
}

/** The pool waits for this before it hands the connection out. */
async function takeReaderRole(client: pg.ClientBase): Promise<void> {
  await client.query(
    `SELECT set_config('role', rolname, false) FROM pg_roles
     WHERE rolname = '${readerRole}' AND pg_has_role(current_user, oid, 'MEMBER')`,
  );
}

/** Runs `body` in one transaction on one connection: commits when it returns, rolls back when it throws. */
export async function transaction<T>(pool: Pool, body: (client: Client) => Promise<T>): Promise<T> {
  let client: Client;
  try {
    client = await pool.connect();
  } catch (error) {
    throw asUnavailable(error);
  }
  let broken: Error | undefined;
  // A connection lost between two statements emits an event, which would end the process if nobody listened.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    return await inTransaction(client, () => body(client));
  } catch (error) {
    // Whatever state a failed transaction left, the next user gets a fresh connection.
    broken ??= error as Error;
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** The same on a connection of one's own. After an error the connection may be unusable. */
export async function inTransaction<T>(client: pg.ClientBase, body: () => Promise<T>): Promise<T> {
  try {
    await client.query('BEGIN');
    const result = await body();
    const end = await client.query('COMMIT');
    if (end.command !== 'COMMIT') throw new InvariantError('A transaction whose statement failed was committed');
    return result;
  } catch (error) {
    if (isConnectionLoss(error)) throw new DatabaseUnavailableError(error);
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** One connection outside any pool, for a session that holds a lock. */
export async function connect(url: string, applicationName: string, silenceSecondsMax?: number): Promise<pg.Client> {
  const client = new WatchedClient({
    silenceSecondsMax,
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: 30_000,
    ...keepAlive,
    types: { getTypeParser },
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await keepServerAlive(client);
  } catch (error) {
    throw asUnavailable(error);
  }
  return client;
}

const lockWaitMsMax = 10_000;

/** Takes the named lock for as long as the connection lasts. False: another session holds on to it. */
export async function holdLock(client: Queryable, name: string): Promise<boolean> {
  const deadline = Date.now() + lockWaitMsMax;
  for (;;) {
    const { rows } = await client.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked', [name]);
    if (rows[0]?.locked === true) return true;
    // The server may not have noticed yet that a killed holder is gone.
    if (Date.now() > deadline) return false;
    await sleep(100);
  }
}

/** SQLSTATE of a database error, else null. 23505 is a unique violation. */
export function sqlState(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return error instanceof Error && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** Did the database go away, rather than refuse the statement? */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return /^(08|57P0|53300)/.test(state);
  const { code, message } = error as { code?: string; message?: string };
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/.test(code ?? '') ||
    /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/.test(message ?? '')
  );
}

/** The error that says so where the database went away, else the same one. */
export function asUnavailable(error: unknown): unknown {
  return isConnectionLoss(error) ? new DatabaseUnavailableError(error) : error;
}

const int8 = 20;
const int8Array = 1016;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvariantError(`bigint ${text} in the database is no safe integer`);
  return value;
}

const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  if (format === 'binary') return pg.types.getTypeParser(oid, 'binary');
  const parse = pg.types.getTypeParser(oid, 'text');
  if (oid === int8) return safeInteger;
  if (oid !== int8Array) return parse;
  return (text: string) => (parse(text) as (string | null)[]).map((item) => (item === null ? null : safeInteger(item)));
};
