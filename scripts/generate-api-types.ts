import { readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

const sdl = new URL('../schema/api.graphql', import.meta.url);
const output = new URL('../api/types.generated.ts', import.meta.url);

const config = {
  useTypeImports: true,
  enumsAsTypes: true,
  immutableTypes: true,
  avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
  skipTypename: true,
  strictScalars: true,
  contextType: './context.ts#ApiContext',
  scalars: {
    BigInt: { input: 'bigint', output: 'string | number' },
    DateTime: { input: 'number', output: 'number' },
    Bytes: { input: 'string', output: 'string' },
    Address: { input: 'string', output: 'string' },
  },
  // Parents whose remaining fields are resolved on demand.
  mappers: {
    Asset: '../schema/events.ts#AssetDefinition as AssetParent',
    FusedPrice: './parents.ts#FusedPriceParent',
    VScalar: './parents.ts#VScalarParent',
    ContagionIndex: './parents.ts#ContagionIndexParent',
    Source: './parents.ts#SourceParent',
    BridgeMessage: './bridges.ts#BridgeMessageParent',
    Corridor: './bridges.ts#CorridorParent',
    Issuer: './bridges.ts#IssuerParent',
    Deployment: './parents.ts#DeploymentParent',
    Reserve: './parents.ts#ReserveParent',
    Position: './parents.ts#PositionParent',
    PositionKeepers: './parents.ts#PositionParent',
    PositionLeg: './parents.ts#PositionLegParent',
    Account: './parents.ts#AccountParent',
    LendingMoment: './parents.ts#LendingMomentParent',
  },
};

/** The TypeScript types of schema/api.graphql and of its resolvers, as committed in api/types.generated.ts. */
export async function generateApiTypes(): Promise<string> {
  const text = await codegen({
    filename: output.pathname,
    schema: parse(readFileSync(sdl, 'utf8')),
    documents: [],
    config: {},
    plugins: [{ typescript: config }, { typescriptResolvers: config }],
    pluginMap: { typescript, typescriptResolvers },
  });
  return `// Generated from schema/api.graphql by scripts/generate-api-types.ts. Do not edit.\n${text}`;
}

export const apiTypesFile = output;

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(output, await generateApiTypes());
