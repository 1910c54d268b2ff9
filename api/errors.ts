import { GraphQLError } from 'graphql';

/** What went wrong, for programs. Stable: a client may act on it. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNKNOWN_ASSET'
  | 'NOT_FOUND'
  | 'NOT_READY'
  | 'NOT_INDEXED_YET'
  | 'BLOCK_NOT_CANONICAL'
  | 'FEED_STALE'
  | 'COST_EXCEEDED'
  | 'QUERY_TIMEOUT'
  | 'DATABASE_UNAVAILABLE'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'REQUEST_TOO_LARGE'
  | 'INTERNAL_SERVER_ERROR';

/** An answer to the caller: what, found, expected, remedy. Shown as it is. */
export class ApiError extends GraphQLError {
  constructor(
    readonly code: ErrorCode,
    message: string,
    details: { readonly [key: string]: unknown } = {},
  ) {
    super(message, { extensions: { ...details, code } });
    this.name = 'ApiError';
  }
}
