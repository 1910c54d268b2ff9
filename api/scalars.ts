import { GraphQLScalarType, type GraphQLScalarTypeConfig, Kind, type ValueNode } from 'graphql';
import { ApiError } from './errors.ts';

/** 78 digits hold every 256-bit integer. */
const digitsMax = 78;

function parseBigInt(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value) && value.length <= digitsMax) return BigInt(value);
  throw new ApiError(
    'BAD_USER_INPUT',
    `${JSON.stringify(value)} is not a BigInt: expected a decimal string or an integer.`,
  );
}

const isoMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

function parseDateTime(value: unknown): number {
  const seconds =
    typeof value === 'number' && Number.isInteger(value)
      ? value
      : typeof value === 'string' && isoMoment.test(value)
        ? Math.floor(Date.parse(value) / 1000)
        : Number.NaN;
  if (seconds >= 0 && seconds <= 253_402_300_799) return seconds;
  throw new ApiError(
    'BAD_USER_INPUT',
    `${JSON.stringify(value)} is not a DateTime: expected ISO 8601 with a zone such as "2026-11-22T21:00:00Z", or seconds since 1970.`,
  );
}

function parseHex(name: string, pattern: RegExp, expected: string): (value: unknown) => string {
  return (value) => {
    if (typeof value === 'string' && pattern.test(value)) return value.toLowerCase();
    throw new ApiError('BAD_USER_INPUT', `${JSON.stringify(value)} is not ${name}: expected ${expected}.`);
  };
}

function scalar<Input, Output>(
  name: string,
  parse: (value: unknown) => Input,
  serialize: (value: unknown) => Output,
): GraphQLScalarType<Input, Output> {
  const config: GraphQLScalarTypeConfig<Input, Output> = {
    name,
    serialize,
    parseValue: parse,
    parseLiteral: (node: ValueNode) => {
      if (node.kind === Kind.INT && Number.isSafeInteger(Number(node.value))) return parse(Number(node.value));
      if (node.kind === Kind.INT || node.kind === Kind.STRING) return parse(node.value);
      throw new ApiError('BAD_USER_INPUT', `${name} cannot be written as a ${node.kind}.`);
    },
  };
  return new GraphQLScalarType(config);
}

const bytes = parseHex('Bytes', /^0x(?:[0-9a-fA-F]{2})*$/, '0x and an even number of hex digits');
const address = parseHex('an Address', /^0x[0-9a-fA-F]{40}$/, '0x and 40 hex digits');

export const scalars = {
  BigInt: scalar('BigInt', parseBigInt, (value) => String(value)),
  DateTime: scalar('DateTime', parseDateTime, (value) => new Date((value as number) * 1000).toISOString()),
  Bytes: scalar('Bytes', bytes, (value) => bytes(value)),
  Address: scalar('Address', address, (value) => address(value)),
};
