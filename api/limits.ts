import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { rowsPerPageDefault, rowsPerPageMax } from './connection.ts';
import { ApiError } from './errors.ts';

export const requestBytesMax = 100_000;
export const tokensMax = 2_000;
export const depthMax = 12;
export const aliasesMax = 100;
/** In fields of the answer: roughly 20 bytes and a microsecond each. */
export const costMax = 100_000;
/** Assumed length of lists that are not pages: sources, groups, chains, assets. */
const listLength = 10;
/** A journal body is as long as this many fields. */
const bodyCost = 200;

/** Refuses documents that nest or alias too much. Introspection is limited by graphql-js itself. */
const limitShape: ValidationRule = (context: ValidationContext) => {
  const depths = new Map<string, number>();
  const depthOf = (set: SelectionSetNode, path: ReadonlySet<string>): number => {
    let deepest = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value.startsWith('__')) continue;
        deepest = Math.max(deepest, 1 + (selection.selectionSet ? depthOf(selection.selectionSet, path) : 0));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        deepest = Math.max(deepest, depthOf(selection.selectionSet, path));
      } else {
        const name = selection.name.value;
        const fragment = context.getFragment(name);
        // Cycles are another rule's business.
        if (!fragment || path.has(name)) continue;
        const known = depths.get(name) ?? depthOf(fragment.selectionSet, new Set(path).add(name));
        depths.set(name, known);
        deepest = Math.max(deepest, known);
      }
    }
    return deepest;
  };
  let aliases = 0;
  return {
    Field(node: FieldNode) {
      if (node.alias && ++aliases === aliasesMax + 1) {
        context.reportError(exceeded(`The document has more than ${aliasesMax} aliases. Split the request.`, node));
      }
    },
    OperationDefinition(node: OperationDefinitionNode) {
      const depth = depthOf(node.selectionSet, new Set());
      if (depth > depthMax) {
        context.reportError(exceeded(`The operation is ${depth} levels deep: at most ${depthMax} are allowed.`, node));
      }
    },
  };
};

function exceeded(message: string, node: FieldNode | OperationDefinitionNode): GraphQLError {
  return new GraphQLError(message, { nodes: node, extensions: { code: 'COST_EXCEEDED' } });
}

/** The number of fields an operation may answer with: pages count as `first` rows, other lists as ten. */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: { readonly [name: string]: unknown },
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | null = null;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) {
      if (!operationName || definition.name?.value === operationName) operation ??= definition;
    }
  }
  if (operation === null) return 0;
  const known = new Map<string, number>();

  const costOfSet = (set: SelectionSetNode, type: GraphQLOutputType, pageSize: number): number => {
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) cost += costOfField(selection, type, pageSize);
      else if (selection.kind === Kind.INLINE_FRAGMENT) cost += costOfSet(selection.selectionSet, type, pageSize);
      else {
        const key = `${selection.name.value} ${String(type)} ${pageSize}`;
        let spread = known.get(key);
        if (spread === undefined) {
          const fragment = fragments.get(selection.name.value);
          spread = fragment ? costOfSet(fragment.selectionSet, type, pageSize) : 0;
          known.set(key, spread);
        }
        cost += spread;
      }
    }
    return cost;
  };

  const costOfField = (field: FieldNode, parent: GraphQLOutputType, pageSize: number): number => {
    const named = getNamedType(parent);
    const definition = isObjectType(named) || isInterfaceType(named) ? named.getFields()[field.name.value] : undefined;
    if (!definition) return 1;
    if (!field.selectionSet) return definition.name === 'body' ? bodyCost : 1;
    const type = getNamedType(definition.type);
    const isList = isListType(getNullableType(definition.type));
    const isPage = named.name.endsWith('Connection');
    const rows = isList ? (isPage ? pageSize : listLength) : 1;
    const size = type.name.endsWith('Connection') ? firstOf(field, variables) : pageSize;
    return 1 + rows * costOfSet(field.selectionSet, type as GraphQLOutputType, size);
  };

  const root = schema.getRootType(operation.operation);
  return root ? costOfSet(operation.selectionSet, root, 1) : 0;
}

function firstOf(field: FieldNode, variables: { readonly [name: string]: unknown }): number {
  const value = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
  const first =
    value?.kind === Kind.INT
      ? Number(value.value)
      : value?.kind === Kind.VARIABLE
        ? (variables[value.name.value] ?? rowsPerPageDefault)
        : rowsPerPageDefault;
  return typeof first === 'number' && first >= 1 && first <= rowsPerPageMax ? first : rowsPerPageDefault;
}

const parseShort: typeof parse = (source, options) => parse(source, { ...options, maxTokens: tokensMax });

/** Depth and aliases when a document is validated, its cost with the variables when it runs. */
export function limits(): Plugin {
  const refusal = ({ schema, document, operationName, variableValues }: ExecutionArgs): ApiError | null => {
    const cost = costOf(schema, document, operationName, variableValues ?? {});
    if (cost <= costMax) return null;
    return new ApiError(
      'COST_EXCEEDED',
      `The operation may answer with ${cost} fields: at most ${costMax} are allowed. Ask for fewer rows or fields.`,
      { cost, costMax, http: { status: 400, spec: true } },
    );
  };
  return {
    onParse({ setParseFn }) {
      setParseFn(parseShort);
    },
    onValidate({ addValidationRule }) {
      addValidationRule(limitShape);
    },
    onExecute({ args, setResultAndStopExecution }) {
      const error = refusal(args);
      if (error !== null) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const error = refusal(args);
      if (error !== null) setResultAndStopExecution({ errors: [error] });
    },
  };
}
