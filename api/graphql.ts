import { readFileSync } from 'node:fs';
import { GraphQLError, Kind, parse } from 'graphql';
import { createSchema, createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { DatabaseUnavailableError } from '../store/database.ts';
import { NoSchemaError, ReadTimeoutError } from '../store/read-api.ts';
import { type ApiContext, type ApiServices, createContext } from './context.ts';
import type { ErrorCode } from './errors.ts';
import { limits } from './limits.ts';
import type { ApiMetrics } from './metrics.ts';
import { resolvers } from './resolvers.ts';
import { iso } from './view.ts';

export const graphqlPath = '/graphql';

export type GraphqlServer = YogaServerInstance<object, ApiContext>;

export function createApiSchema() {
  const typeDefs = readFileSync(new URL('../schema/api.graphql', import.meta.url), 'utf8');
  const document = parse(typeDefs);
  const schema = createSchema<ApiContext>({ typeDefs: document, resolvers });
  // Our scalars replace those of the document, descriptions and all.
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCALAR_TYPE_DEFINITION) continue;
    const type = schema.getType(definition.name.value);
    if (type) type.description = definition.description?.value;
  }
  return schema;
}

export function createGraphqlServer(
  services: ApiServices,
  metrics: ApiMetrics,
  log: (line: string) => void,
): GraphqlServer {
  return createYoga<object, ApiContext>({
    schema: createApiSchema(),
    graphqlEndpoint: graphqlPath,
    context: () => createContext(services),
    plugins: [limits(), answerMeta(), errorCodes(metrics)],
    maskedErrors: { maskError: (error, message) => maskError(error, message, log) },
    // Public and read-only, without cookies: any page may ask.
    cors: { origin: '*', credentials: false, methods: ['GET', 'POST', 'OPTIONS'], exposedHeaders: ['X-Avsl-Seq'] },
    graphiql: false,
    landingPage: false,
    logging: false,
    batching: false,
    multipart: false,
    // The HTTP server limits it before.
    maxRequestBodySize: false,
  });
}

/** What callers may see of an error: our own answers as they are, outages by name, the rest not at all. */
function maskError(error: unknown, message: string, log: (line: string) => void): Error {
  const located = error instanceof GraphQLError ? error : null;
  const cause = located?.originalError ?? error;
  if (located !== null && (cause === located || cause instanceof GraphQLError)) return located;
  const answer = (code: ErrorCode, text: string, status?: number) =>
    new GraphQLError(text, {
      ...(located?.nodes ? { nodes: located.nodes } : {}),
      ...(located?.path ? { path: located.path } : {}),
      extensions: { code, ...(status === undefined ? {} : { http: { status } }) },
    });
  if (cause instanceof DatabaseUnavailableError) {
    return answer('DATABASE_UNAVAILABLE', 'The database does not answer. Ask again in a few seconds.', 503);
  }
  if (cause instanceof ReadTimeoutError) return answer('QUERY_TIMEOUT', cause.message, 503);
  if (cause instanceof NoSchemaError) return answer('NOT_READY', cause.message, 503);
  log(`api: unexpected error: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
  return answer('INTERNAL_SERVER_ERROR', message, 500);
}

/** `extensions.meta` and the header X-Avsl-Seq: which state of the journal the answer was read from. */
function answerMeta(): Plugin<ApiContext> {
  return {
    onExecutionResult({ result, context }) {
      if (!result || Array.isArray(result) || Symbol.asyncIterator in result) return;
      const head = (context as unknown as ApiContext).headRead?.();
      if (!head) return;
      const moment = (seconds: number) => (seconds < 0 ? null : iso(seconds));
      const { extensions = {} } = result;
      result.extensions = {
        ...extensions,
        meta: {
          seq: String(head.lastSeq),
          lineage: head.lineage,
          finalTime: moment(head.finalTime),
          publishedTime: moment(head.publishedTime),
        },
        http: { headers: { 'X-Avsl-Seq': String(head.lastSeq), 'Cache-Control': 'no-store' } },
      };
    },
  };
}

function errorCodes(metrics: ApiMetrics): Plugin {
  return {
    onResultProcess({ result }) {
      if (!result || Array.isArray(result) || Symbol.asyncIterator in result) return;
      for (const error of result.errors ?? []) {
        setCode(error as GraphQLError);
        metrics.errors.inc({ code: String((error as GraphQLError).extensions['code']) });
      }
    },
  };
}

/** An error without a code is graphql-js speaking about the request. */
export function setCode(error: GraphQLError): GraphQLError {
  const code: ErrorCode = error.message.startsWith('Syntax Error')
    ? 'GRAPHQL_PARSE_FAILED'
    : error.message.startsWith('Variable ') || error.message.startsWith('Argument ')
      ? 'BAD_USER_INPUT'
      : 'GRAPHQL_VALIDATION_FAILED';
  error.extensions['code'] ??= code;
  return error;
}
