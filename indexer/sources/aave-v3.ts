import type { DeploymentDefinition, DomainEvent, ReserveSettings } from '../../schema/events.ts';
import { Address, type DeploymentId, Hash, Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { addressAt, assertShape, MalformedWord, resultOf, uintAt } from './abi-words.ts';
import type { LendingSource, WatchedDeployment } from './source.ts';

/**
 * Aave v3 and its forks. Reserves, their tokens, settings and price sources are found by events; balances follow from
 * the tokens' Mint, Burn and BalanceTransfer, which anybody may emit: the model takes those of listed reserves only.
 * https://aave.com/docs/developers/smart-contracts
 */
const id = 'aave-v3';

interface LogKind {
  readonly topic: Hash;
  readonly signature: string;
  /** Contract of the deployment that emits it; null: a contract that is found by events. */
  readonly emitter: 'provider' | 'pool' | 'configurator' | null;
  decode(row: LogRow, deployment: DeploymentDefinition): DomainEvent | null;
}

const kinds: LogKind[] = [];
const kindByTopic = new Map<string, LogKind>();

function on(
  emitter: LogKind['emitter'],
  topic: string,
  signature: string,
  topicCount: number,
  wordCount: number,
  decode: (row: LogRow, deployment: DeploymentId) => DomainEvent | null,
): void {
  const kind: LogKind = {
    topic: Hash(topic),
    signature,
    emitter,
    decode: (row, deployment) => {
      assertShape(row, topicCount, wordCount);
      return decode(row, deployment?.id);
    },
  };
  kinds.push(kind);
  kindByTopic.set(kind.topic, kind);
}

const topicAddress = (row: LogRow, index: number, name: string): Address =>
  addressAt(row.topics[index] as Hash, 0, name);
const topicSmall = (row: LogRow, index: number, bits: number, name: string): number =>
  Number(uintAt(row.topics[index] as Hash, 0, bits, name));
const word = (row: LogRow, index: number, name: string): bigint => uintAt(row.data, index, 256, name);
const flag = (row: LogRow, index: number, name: string): boolean => {
  const value = uintAt(row.data, index, 4, name);
  if (value > 1n) throw new MalformedWord(`bool ${name}`, String(value));
  return value === 1n;
};
const basisPoints = (row: LogRow, index: number, name: string): number => Number(uintAt(row.data, index, 16, name));
const place = (row: LogRow) => ({
  blockNumber: row.blockNumber,
  logIndex: row.logIndex,
  transactionHash: row.transactionHash,
});

on(
  'pool',
  '0x804c9b842b2748a22bb64b345453a3de7ca54a6ca45ce00d415894979e22897a',
  'ReserveDataUpdated(address indexed reserve, uint256 liquidityRate, uint256 stableBorrowRate, uint256 variableBorrowRate, uint256 liquidityIndex, uint256 variableBorrowIndex)',
  2,
  5,
  (row, deployment) => ({
    type: 'ReserveAccrued',
    deployment,
    reserve: topicAddress(row, 1, 'reserve'),
    liquidityRate: word(row, 0, 'liquidityRate'),
    debtRate: word(row, 2, 'variableBorrowRate'),
    liquidityIndex: word(row, 3, 'liquidityIndex'),
    debtIndex: word(row, 4, 'variableBorrowIndex'),
  }),
);
on(
  'pool',
  '0x2b627736bca15cd5381dcf80b0bf11fd197d01a037c52b927a881a10fb73ba61',
  'Supply(address indexed reserve, address user, address indexed onBehalfOf, uint256 amount, uint16 indexed referralCode)',
  4,
  2,
  (row, deployment) => ({
    type: 'AccountOperated',
    kind: 'supply',
    deployment,
    reserve: topicAddress(row, 1, 'reserve'),
    account: topicAddress(row, 2, 'onBehalfOf'),
    amount: word(row, 1, 'amount'),
    ...place(row),
  }),
);
on(
  'pool',
  '0x3115d1449a7b732c986cba18244e897a450f61e1bb8d589cd2e69e6c8924f9f7',
  'Withdraw(address indexed reserve, address indexed user, address indexed to, uint256 amount)',
  4,
  1,
  (row, deployment) => ({
    type: 'AccountOperated',
    kind: 'withdraw',
    deployment,
    reserve: topicAddress(row, 1, 'reserve'),
    account: topicAddress(row, 2, 'user'),
    amount: word(row, 0, 'amount'),
    ...place(row),
  }),
);
on(
  'pool',
  '0xb3d084820fb1a9decffb176436bd02558d15fac9b0ddfed8c465bc7359d7dce0',
  'Borrow(address indexed reserve, address user, address indexed onBehalfOf, uint256 amount, uint8 interestRateMode, uint256 borrowRate, uint16 indexed referralCode)',
  4,
  4,
  (row, deployment) => {
    // Stable-rate debt accrues per account, which the model has no words for. Aave has retired it.
    const mode = uintAt(row.data, 2, 8, 'interestRateMode');
    if (mode !== 2n) throw new MalformedWord('interestRateMode 2 (variable)', String(mode));
    return {
      type: 'AccountOperated',
      kind: 'borrow',
      deployment,
      reserve: topicAddress(row, 1, 'reserve'),
      account: topicAddress(row, 2, 'onBehalfOf'),
      amount: word(row, 1, 'amount'),
      ...place(row),
    };
  },
);
on(
  'pool',
  '0xa534c8dbe71f871f9f3530e97a74601fea17b426cae02e1c5aee42c96c784051',
  'Repay(address indexed reserve, address indexed user, address indexed repayer, uint256 amount, bool useATokens)',
  4,
  2,
  (row, deployment) => ({
    type: 'AccountOperated',
    kind: 'repay',
    deployment,
    reserve: topicAddress(row, 1, 'reserve'),
    account: topicAddress(row, 2, 'user'),
    amount: word(row, 0, 'amount'),
    ...place(row),
  }),
);
on(
  'pool',
  '0xefefaba5e921573100900a3ad9cf29f222d995fb3b6045797eaea7521bd8d6f0',
  'FlashLoan(address indexed target, address initiator, address indexed asset, uint256 amount, uint8 interestRateMode, uint256 premium, uint16 indexed referralCode)',
  4,
  4,
  (row, deployment) => ({
    type: 'AccountOperated',
    kind: 'flash-loan',
    deployment,
    reserve: topicAddress(row, 2, 'asset'),
    account: addressAt(row.data, 0, 'initiator'),
    amount: word(row, 1, 'amount'),
    ...place(row),
  }),
);
on(
  'pool',
  '0xe413a321e8681d831f4dbccbca790d2952b56f977908e45be37335533e005286',
  'LiquidationCall(address indexed collateralAsset, address indexed debtAsset, address indexed user, uint256 debtToCover, uint256 liquidatedCollateralAmount, address liquidator, bool receiveAToken)',
  4,
  4,
  (row, deployment) => ({
    type: 'AccountLiquidated',
    deployment,
    account: topicAddress(row, 3, 'user'),
    collateralReserve: topicAddress(row, 1, 'collateralAsset'),
    debtReserve: topicAddress(row, 2, 'debtAsset'),
    debtCovered: word(row, 0, 'debtToCover'),
    collateralSeized: word(row, 1, 'liquidatedCollateralAmount'),
    liquidator: addressAt(row.data, 2, 'liquidator'),
    receivedSupplyToken: flag(row, 3, 'receiveAToken'),
    ...place(row),
  }),
);
for (const [topic, name, enabled] of [
  ['0x00058a56ea94653cdf4f152d227ace22d4c00ad99e2a43f58cb7d9e3feb295f2', 'Enabled', true],
  ['0x44c58d81365b66dd4b1a7f36c25aa97b8c71c361ee4937adc1a00000227db5dd', 'Disabled', false],
] as const) {
  on(
    'pool',
    topic,
    `ReserveUsedAsCollateral${name}(address indexed reserve, address indexed user)`,
    3,
    0,
    (row, deployment) => ({
      type: 'CollateralUseSet',
      deployment,
      reserve: topicAddress(row, 1, 'reserve'),
      account: topicAddress(row, 2, 'user'),
      enabled,
    }),
  );
}
on(
  'pool',
  '0xd728da875fc88944cbf17638bcbe4af0eedaef63becd1d1c57cc097eb4608d84',
  'UserEModeSet(address indexed user, uint8 categoryId)',
  2,
  1,
  (row, deployment) => ({
    type: 'EModeSelected',
    deployment,
    account: topicAddress(row, 1, 'user'),
    category: Number(uintAt(row.data, 0, 8, 'categoryId')),
  }),
);
on(
  'pool',
  '0x7962b394d85a534033ba2efcf43cd36de57b7ebeb3de0ca4428965d9b3ddc481',
  'SwapBorrowRateMode(address indexed reserve, address indexed user, uint8 interestRateMode)',
  3,
  1,
  () => {
    throw new MalformedWord('no stable-rate debt', 'SwapBorrowRateMode');
  },
);
on(
  'pool',
  '0x2bccfb3fad376d59d7accf970515eb77b2f27b082c90ed0fb15583dd5a942699',
  'DeficitCreated(address indexed user, address indexed debtAsset, uint256 amountCreated)',
  3,
  1,
  (row, deployment) => ({
    type: 'DeficitChanged',
    deployment,
    reserve: topicAddress(row, 2, 'debtAsset'),
    account: topicAddress(row, 1, 'user'),
    amount: word(row, 0, 'amountCreated'),
    ...place(row),
  }),
);
on(
  'pool',
  '0x84b203e49f1a4b553088061534231969a68ad1c81be192205e96d23a206cb26a',
  'DeficitCovered(address indexed reserve, address caller, uint256 amountCovered)',
  2,
  2,
  (row, deployment) => ({
    type: 'DeficitChanged',
    deployment,
    reserve: topicAddress(row, 1, 'reserve'),
    account: null,
    amount: -word(row, 1, 'amountCovered'),
    ...place(row),
  }),
);

on(
  'configurator',
  '0x3a0ca721fc364424566385a1aa271ed508cc2c0949c2272575fb3013a163a45f',
  'ReserveInitialized(address indexed asset, address indexed aToken, address stableDebtToken, address variableDebtToken, address interestRateStrategyAddress)',
  3,
  3,
  (row, deployment) => ({
    type: 'ReserveListed',
    deployment,
    reserve: topicAddress(row, 1, 'asset'),
    supplyToken: topicAddress(row, 2, 'aToken'),
    debtToken: addressAt(row.data, 1, 'variableDebtToken'),
    blockNumber: row.blockNumber,
  }),
);

/** A setting of one reserve: the asset is topic 1. */
function onSetting(
  topic: string,
  signature: string,
  wordCount: number,
  settings: (row: LogRow) => Partial<ReserveSettings>,
): void {
  on('configurator', topic, signature, 2, wordCount, (row, deployment) => ({
    type: 'ReserveConfigured',
    deployment,
    reserve: topicAddress(row, 1, 'asset'),
    settings: settings(row),
  }));
}
onSetting(
  '0x637febbda9275aea2e85c0ff690444c8d87eb2e8339bbede9715abcc89cb0995',
  'CollateralConfigurationChanged(address indexed asset, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus)',
  3,
  (row) => ({
    ltv: basisPoints(row, 0, 'ltv'),
    liquidationThreshold: basisPoints(row, 1, 'liquidationThreshold'),
    liquidationBonus: basisPoints(row, 2, 'liquidationBonus'),
  }),
);
for (const [topic, name, setting] of [
  ['0x2443ba28e8d1d88d531a3d90b981816a4f3b3c7f1fd4085c6029e81d1b7a570d', 'ReserveBorrowing', 'borrowing'],
  ['0xc8ff3cc5b0fddaa3e6ebbbd7438f43393e4ea30e88b80ad016c1bc094655034d', 'ReserveFlashLoaning', 'flashLoans'],
  ['0xc36c7d11ba01a5869d52aa4a3781939dab851cbc9ee6e7fdcedc7d58898a3f1e', 'ReserveActive', 'active'],
  ['0x0c4443d258a350d27dc50c378b2ebf165e6469725f786d21b30cab16823f5587', 'ReserveFrozen', 'frozen'],
  ['0xe188d542a5f11925d3a3af33703cdd30a43cb3e8066a3cf68b1b57f61a5a94b5', 'ReservePaused', 'paused'],
] as const) {
  onSetting(topic, `${name}(address indexed asset, bool enabled)`, 1, (row) => ({ [setting]: flag(row, 0, setting) }));
}
on(
  'configurator',
  '0x74adf6aaf58c08bc4f993640385e136522375ea3d1589a10d02adbb906c67d1c',
  'BorrowableInIsolationChanged(address asset, bool borrowable)',
  1,
  2,
  (row, deployment) => ({
    type: 'ReserveConfigured',
    deployment,
    reserve: addressAt(row.data, 0, 'asset'),
    settings: { borrowableInIsolation: flag(row, 1, 'borrowable') },
  }),
);
onSetting(
  '0x842a280b07e8e502a9101f32a3b768ebaba3655556dd674f0831900861fc674b',
  'SiloedBorrowingChanged(address indexed asset, bool oldState, bool newState)',
  2,
  (row) => ({ siloed: flag(row, 1, 'newState') }),
);
onSetting(
  '0xeeec4c06f7adad215cbdb4d2960896c83c26aedce02dde76d36fa28588d62da4',
  'ReserveDropped(address indexed asset)',
  0,
  () => ({
    dropped: true,
  }),
);
for (const [topic, name, setting] of [
  ['0xb46e2b82b0c2cf3d7d9dece53635e165c53e0eaa7a44f904d61a2b7174826aef', 'ReserveFactorChanged', 'reserveFactor'],
  [
    '0xb5b0a963825337808b6e3154de8e98027595a5cad4219bb3a9bc55b192f4b391',
    'LiquidationProtocolFeeChanged',
    'liquidationProtocolFee',
  ],
] as const) {
  onSetting(topic, `${name}(address indexed asset, uint256 oldFee, uint256 newFee)`, 2, (row) => ({
    [setting]: basisPoints(row, 1, setting),
  }));
}
for (const [topic, name, setting] of [
  ['0xc51aca575985d521c5072ad11549bad77013bb786d57f30f94b40ed8f8dc9bc4', 'BorrowCapChanged', 'borrowCap'],
  ['0x0263602682188540a2d633561c0b4453b7d8566285e99f9f6018b8ef2facef49', 'SupplyCapChanged', 'supplyCap'],
  ['0x6824a6c7fbc10d2979b1f1ccf2dd4ed0436541679a661dedb5c10bd4be830682', 'DebtCeilingChanged', 'debtCeiling'],
] as const) {
  onSetting(topic, `${name}(address indexed asset, uint256 oldCap, uint256 newCap)`, 2, (row) => ({
    [setting]: word(row, 1, setting),
  }));
}
on(
  'configurator',
  '0x5bb69795b6a2ea222d73a5f8939c23471a1f85a99c7ca43c207f1b71f10c6264',
  'EModeAssetCategoryChanged(address indexed asset, uint8 oldCategoryId, uint8 newCategoryId)',
  2,
  2,
  (row, deployment) => ({
    type: 'EModeMemberSet',
    deployment,
    reserve: topicAddress(row, 1, 'asset'),
    category: Number(uintAt(row.data, 1, 8, 'newCategoryId')),
    as: 'exclusive',
    enabled: true,
  }),
);
for (const [topic, name, as] of [
  ['0x79409190108b26fcb0e4570f8e240f627bf18fd01a55f751010224d5bd486098', 'AssetCollateralInEModeChanged', 'collateral'],
  ['0x60087ca045be9d8d1301445e67d6248eddba97629c80284fa4910c0e52f103ab', 'AssetBorrowableInEModeChanged', 'borrowable'],
  ['0xc0a450fbad635333e47f3322ec028a8e0b3909f79c721312a356a0fab5fa8b94', 'AssetLtvzeroInEModeChanged', 'ltvZero'],
] as const) {
  on(
    'configurator',
    topic,
    `${name}(address indexed asset, uint8 categoryId, bool enabled)`,
    2,
    2,
    (row, deployment) => ({
      type: 'EModeMemberSet',
      deployment,
      reserve: topicAddress(row, 1, 'asset'),
      category: Number(uintAt(row.data, 0, 8, 'categoryId')),
      as,
      enabled: flag(row, 1, 'enabled'),
    }),
  );
}
for (const [topic, name] of [
  ['0xa76f65411ec66a7fb6bc467432eb14767900449ae4469fa295e4441fe5e1cb73', 'ATokenUpgraded'],
  ['0x9439658a562a5c46b1173589df89cf001483d685bad28aedaff4a88656292d81', 'VariableDebtTokenUpgraded'],
] as const) {
  on(
    'configurator',
    topic,
    `${name}(address indexed asset, address indexed proxy, address indexed implementation)`,
    4,
    0,
    (row, deployment) => ({
      type: 'ImplementationSet',
      deployment,
      token: topicAddress(row, 2, 'proxy'),
      implementation: topicAddress(row, 3, 'implementation'),
      blockNumber: row.blockNumber,
    }),
  );
}

on(
  'provider',
  '0x56b5f80d8cac1479698aa7d01605fd6111e90b15fc4d2b377417f46034876cbd',
  'PriceOracleUpdated(address indexed oldAddress, address indexed newAddress)',
  3,
  0,
  (row, deployment) => ({ type: 'PriceOracleSet', deployment, oracle: topicAddress(row, 2, 'newAddress') }),
);
on(
  'provider',
  '0x90affc163f1a2dfedcd36aa02ed992eeeba8100a4014f0b4cdc20ea265a66627',
  'PoolUpdated(address indexed oldAddress, address indexed newAddress)',
  3,
  0,
  (row, deployment) => ({
    type: 'ImplementationSet',
    deployment,
    token: null,
    implementation: topicAddress(row, 2, 'newAddress'),
    blockNumber: row.blockNumber,
  }),
);

/** Names of contracts as the provider's general setters spell them: bytes32, padded with zeros. */
const nameOf = (text: string): Hash => Hash(`0x${Buffer.from(text).toString('hex').padEnd(64, '0')}`);
const [poolName, oracleName] = [nameOf('POOL'), nameOf('PRICE_ORACLE')];
on(
  'provider',
  '0x3bbd45b5429b385e3fb37ad5cd1cd1435a3c8ec32196c7937597365a3fd3e99c',
  'AddressSetAsProxy(bytes32 indexed id, address indexed proxyAddress, address oldImplementationAddress, address indexed newImplementationAddress)',
  4,
  1,
  (row, deployment) => {
    addressAt(row.data, 0, 'oldImplementationAddress');
    topicAddress(row, 2, 'proxyAddress');
    const implementation = topicAddress(row, 3, 'newImplementationAddress');
    if (row.topics[1] !== poolName) return null;
    return { type: 'ImplementationSet', deployment, token: null, implementation, blockNumber: row.blockNumber };
  },
);
on(
  'provider',
  '0x9ef0e8c8e52743bb38b83b17d9429141d494b8041ca6d616a6c77cebae9cd8b7',
  'AddressSet(bytes32 indexed id, address indexed oldAddress, address indexed newAddress)',
  4,
  0,
  (row, deployment) => {
    topicAddress(row, 2, 'oldAddress');
    const address = topicAddress(row, 3, 'newAddress');
    if (row.topics[1] === oracleName) return { type: 'PriceOracleSet', deployment, oracle: address };
    if (row.topics[1] === poolName) throw new MalformedWord('the pool to stay where it is', address);
    return null;
  },
);

on(
  null,
  '0x458f5fa412d0f69b08dd84872b0215675cc67bc1d5b6fd93300a1c3878b86196',
  'Mint(address indexed caller, address indexed onBehalfOf, uint256 value, uint256 balanceIncrease, uint256 index)',
  3,
  3,
  (row) => ({
    type: 'ScaledMinted',
    chainId: row.chainId,
    token: row.address,
    account: topicAddress(row, 2, 'onBehalfOf'),
    value: word(row, 0, 'value'),
    balanceIncrease: word(row, 1, 'balanceIncrease'),
    index: word(row, 2, 'index'),
  }),
);
on(
  null,
  '0x4cf25bc1d991c17529c25213d3cc0cda295eeaad5f13f361969b12ea48015f90',
  'Burn(address indexed from, address indexed target, uint256 value, uint256 balanceIncrease, uint256 index)',
  3,
  3,
  (row) => ({
    type: 'ScaledBurned',
    chainId: row.chainId,
    token: row.address,
    account: topicAddress(row, 1, 'from'),
    value: word(row, 0, 'value'),
    balanceIncrease: word(row, 1, 'balanceIncrease'),
    index: word(row, 2, 'index'),
  }),
);
on(
  null,
  '0x4beccb90f994c31aced7a23b5611020728a23d8ec5cddd1a3e9d97b96fda8666',
  'BalanceTransfer(address indexed from, address indexed to, uint256 value, uint256 index)',
  3,
  2,
  (row) => ({
    type: 'ScaledTransferred',
    chainId: row.chainId,
    token: row.address,
    from: topicAddress(row, 1, 'from'),
    to: topicAddress(row, 2, 'to'),
    scaled: word(row, 0, 'value'),
    index: word(row, 1, 'index'),
  }),
);

const assetSourceUpdated = Hash('0x22c5b7b2d8561d39f7f210b6b326a1aa69f15311163082308ac4877db6339dc1');
const eModeCategoryAdded = Hash('0x0acf8b4a3cace10779798a89a206a0ae73a71b63acdd3be2801d39c2ef7ab3cb');
const tokenInitialized = Hash('0xb19e051f8af41150ccccb3fc2c2d8d15f4a4cf434f32a559ba75fe73d6eea20b');
/** Decoded apart from the others. */
const irregular: ReadonlyMap<Hash, string> = new Map([
  [assetSourceUpdated, 'AssetSourceUpdated(address indexed asset, address indexed source)'],
  [
    eModeCategoryAdded,
    'EModeCategoryAdded(uint8 indexed categoryId, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus, address oracle, string label)',
  ],
  [
    tokenInitialized,
    'Initialized(address indexed underlyingAsset, address indexed pool, address treasury, address incentivesController, uint8 aTokenDecimals, string aTokenName, string aTokenSymbol, bytes params)',
  ],
]);
const getReservesListCall = Hex('0xd1946dbc');
const getAssetPriceSelector = '0xb3596f07';

const topicsOf = (emitter: LogKind['emitter']): readonly Hash[] =>
  kinds.filter((kind) => kind.emitter === emitter).map(({ topic }) => topic);

export const aaveV3: LendingSource = {
  id,
  contracts: ['configurator', 'oracle', 'pool', 'provider'],
  topics: [...kinds.map(({ topic }) => topic), ...irregular.keys()],
  logFilters: (deployments) => {
    if (deployments.length === 0) return [];
    const at = (contract: string) => deployments.map(({ contracts }) => contracts[contract] as Address);
    return [
      { addresses: at('pool'), topic0: topicsOf('pool') },
      { addresses: at('configurator'), topic0: [...topicsOf('configurator'), eModeCategoryAdded] },
      { addresses: at('provider'), topic0: topicsOf('provider') },
      // Tokens and oracles come into being later: taken from anybody.
      { topic0: [...topicsOf(null), assetSourceUpdated, tokenInitialized] },
    ];
  },
  stateReads: ({ definition, tokens }: WatchedDeployment) => [
    { to: definition.contracts['pool'] as Address, calldata: getReservesListCall },
    ...tokens.map((token) => ({
      to: definition.contracts['oracle'] as Address,
      calldata: Hex(`${getAssetPriceSelector}${token.slice(2).padStart(64, '0')}`),
    })),
  ],
  decodeLog,
  decodeStateRead,
};

function decodeLog(
  row: LogRow,
  deploymentAt: (contract: string, address: string) => DeploymentDefinition | undefined,
): readonly DomainEvent[] {
  const topic0 = row.topics[0] as Hash;
  const kind = kindByTopic.get(topic0);
  const emitter = kind ? kind.emitter : topic0 === eModeCategoryAdded ? 'configurator' : null;
  const deployment = emitter === null ? undefined : deploymentAt(emitter, row.address);
  if (emitter !== null && !deployment) return [];
  try {
    if (!kind) return decodeIrregular(row, topic0, deployment, deploymentAt);
    const event = kind.decode(row, deployment as DeploymentDefinition);
    return event ? [event] : [];
  } catch (error) {
    if (!(error instanceof MalformedWord)) throw error;
    const { blockNumber } = row;
    const expected = `${kind?.signature ?? irregular.get(topic0)}: ${error.expected}`;
    const owner = deployment ?? (topic0 === assetSourceUpdated ? deploymentAt('oracle', row.address) : undefined);
    if (owner)
      return [{ type: 'DeploymentNotUnderstood', deployment: owner.id, blockNumber, expected, found: error.found }];
    // Anybody may emit nonsense under these topics; of a listed token it fails the deployment.
    return [
      {
        type: 'TokenNotUnderstood',
        chainId: row.chainId,
        token: row.address,
        blockNumber,
        expected,
        found: error.found,
      },
    ];
  }
}

/** Logs with texts in them, and those whose deployment is named by what they say rather than by who says it. */
function decodeIrregular(
  row: LogRow,
  topic0: Hash,
  deployment: DeploymentDefinition | undefined,
  deploymentAt: (contract: string, address: string) => DeploymentDefinition | undefined,
): readonly DomainEvent[] {
  if (topic0 === assetSourceUpdated) {
    assertShape(row, 3, 0);
    return [
      {
        type: 'PriceOriginSet',
        chainId: row.chainId,
        oracle: row.address,
        reserve: topicAddress(row, 1, 'asset'),
        priceSource: topicAddress(row, 2, 'source'),
      },
    ];
  }
  if (topic0 === tokenInitialized) {
    assertTexts(row, 3, 3, 3);
    const owner = deploymentAt('pool', topicAddress(row, 2, 'pool'));
    if (!owner) return [];
    return [
      {
        type: 'ReserveTokenAnnounced',
        deployment: owner.id,
        token: row.address,
        reserve: topicAddress(row, 1, 'underlyingAsset'),
        decimals: Number(uintAt(row.data, 2, 8, 'aTokenDecimals')),
        blockNumber: row.blockNumber,
      },
    ];
  }
  const [label] = assertTexts(row, 2, 4, 1) as [string];
  const source = addressAt(row.data, 3, 'oracle');
  return [
    {
      type: 'EModeCategorySet',
      deployment: (deployment as DeploymentDefinition).id,
      category: topicSmall(row, 1, 8, 'categoryId'),
      ltv: basisPoints(row, 0, 'ltv'),
      liquidationThreshold: basisPoints(row, 1, 'liquidationThreshold'),
      liquidationBonus: basisPoints(row, 2, 'liquidationBonus'),
      priceSource: /^0x0{40}$/.test(source) ? null : source,
      label: Buffer.from(label, 'hex').toString('utf8'),
    },
  ];
}

/** Texts (string, bytes) that follow `words` other words. @throws {MalformedWord} unless the log is those and nothing else. */
function assertTexts(row: LogRow, topics: number, words: number, texts: number): readonly string[] {
  let at = words + texts;
  const found: string[] = [];
  for (let text = words; text < words + texts; text++) {
    if (row.data.length < 2 + 64 * (at + 1)) assertShape(row, topics, at + 1);
    const offset = uintAt(row.data, text, 32, 'offset of a text');
    if (offset !== BigInt(at * 32)) throw new MalformedWord(`a text at offset ${at * 32}`, String(offset));
    const start = 2 + 64 * (at + 1);
    const end = start + 2 * Number(uintAt(row.data, at, 32, 'length of a text'));
    at += 1 + Math.ceil((end - start) / 64);
    found.push(row.data.slice(start, end));
    if (/[^0]/.test(row.data.slice(end, 2 + 64 * at))) throw new MalformedWord('a text padded with zeros', row.data);
  }
  assertShape(row, topics, at);
  return found;
}

function decodeStateRead(row: StateReadRow, { id: deployment }: DeploymentDefinition): readonly DomainEvent[] {
  const { blockNumber } = row;
  if (row.calldata.startsWith(getAssetPriceSelector)) {
    const reserve = Address(`0x${row.calldata.slice(-40)}`);
    // The oracle reverts for a token it has no source for.
    const price = row.result === null || row.result.length !== 66 ? null : uintAt(row.result, 0, 256, 'price');
    return [{ type: 'ReservePriceRead', deployment, reserve, price, blockNumber }];
  }
  // A pool that does not stand yet has no reserves.
  if (row.result === null || row.result === '0x') return [];
  try {
    const count = Number(uintAt(row.result, 1, 32, 'number of reserves'));
    const result = resultOf(row, 2 + count);
    if (uintAt(result, 0, 32, 'offset') !== 32n) throw new MalformedWord('offset 32', result.slice(0, 66));
    const reserves = Array.from({ length: count }, (_, i) => addressAt(result, 2 + i, 'reserve'));
    return [{ type: 'ReservesRead', deployment, reserves, blockNumber }];
  } catch (error) {
    if (!(error instanceof MalformedWord)) throw error;
    const expected = `getReservesList(): ${error.expected}`;
    return [{ type: 'DeploymentNotUnderstood', deployment, blockNumber, expected, found: error.found }];
  }
}
