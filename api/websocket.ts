import type { Server } from 'node:http';
import { type ExecutionArgs, type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { type GraphqlServer, graphqlPath, setCode } from './graphql.ts';
import { requestBytesMax } from './limits.ts';

const socketsMax = 1000;

/** The same operations over WebSocket (protocol graphql-transport-ws), with the same limits and error codes. */
export function serveWebSockets(server: Server, graphql: GraphqlServer): { stop(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: requestBytesMax });
  server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path !== graphqlPath || sockets.clients.size >= socketsMax) {
      socket.end(
        `HTTP/1.1 ${path === graphqlPath ? '503 Service Unavailable' : '404 Not Found'}\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  });
  const running = useServer(
    {
      execute: (args: ExecutionArgs) => (args.rootValue as Engine).execute(args),
      subscribe: (args: ExecutionArgs) => (args.rootValue as Engine).subscribe(args),
      onSubscribe: async (_context, _id, payload) => {
        const { schema, parse, validate, contextFactory, execute, subscribe } = graphql.getEnveloped({});
        try {
          const document = parse(payload.query);
          const errors = validate(schema, document);
          if (errors.length > 0) return errors;
          return {
            schema,
            document,
            operationName: payload.operationName,
            variableValues: payload.variables,
            contextValue: await contextFactory(),
            rootValue: { execute, subscribe } satisfies Engine,
          };
        } catch (error) {
          if (error instanceof GraphQLError) return [error];
          throw error;
        }
      },
      onNext: (_context, _id, _payload, _args, result) => {
        if (!result.errors) return;
        const { errors, ...rest } = result;
        return { ...rest, errors: errors.map(withoutHttp) } as FormattedExecutionResult;
      },
      onError: (_context, _id, _payload, errors) => errors.map((error) => withoutHttp(setCode(error as GraphQLError))),
    },
    sockets,
  );
  return {
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      await running.dispose();
    },
  };
}

type Engine = Pick<ReturnType<GraphqlServer['getEnveloped']>, 'execute' | 'subscribe'>;

/** Status codes and headers in an error are for HTTP answers. */
function withoutHttp(error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError {
  const { http: _, ...extensions } = error.extensions ?? {};
  return { ...(error instanceof GraphQLError ? error.toJSON() : error), extensions };
}
