import type { AccountingRule } from '../../schema/chains-config.ts';
import { assertNever } from '../../schema/errors.ts';
import type {
  AccountLiquidated,
  AccountOperated,
  DeploymentDefinition,
  FeedDefinition,
  LendingEvent,
  ReserveSettings,
  ScaledBurned,
  ScaledMinted,
} from '../../schema/events.ts';
import type { Address } from '../../schema/ids.ts';
import type { Row, State } from '../state.ts';
import { debtIndexAt, indexesOf, liquidityIndexAt } from './accrual.ts';
import { scaledAfter } from './scaled-balance.ts';
import { RAY } from './wad-ray.ts';

/**
 * Tables of the state. Integers beyond 2^53 are decimal strings.
 * - `deployment` / deployment id: DeploymentRecord
 * - `reserve` / `deployment/reserve`: ReserveRecord
 * - `emode` / `deployment/category`: EModeRecord
 * - `position` / `deployment/account`: PositionRecord
 * - `token` / `chain:token`: TokenRecord; `announced` / deployment id: tokens that said so in the current block
 * - `market` / `chain:oracle`: the deployments whose oracle this is
 */
export type DeploymentRecord = {
  readonly definition: DeploymentDefinition;
  /** Arithmetic of the pool; each token has its own rule. */
  readonly accounting: AccountingRule;
  /** Why it is not trusted from that block on; what was known before is kept. */
  readonly failed: string | null;
  /** Reserves in the order of their listing, which is the pool's. */
  readonly reserves: readonly Address[];
};

export type ReserveRecord = {
  readonly deployment: string;
  readonly reserve: Address;
  readonly supplyToken: Address;
  readonly debtToken: Address;
  readonly decimals: number;
  readonly settings: {
    readonly [K in keyof ReserveSettings]: ReserveSettings[K] extends bigint ? string : ReserveSettings[K];
  };
  /** Its one category where categories are exclusive (v3.0); 0: none. */
  readonly emode: number;
  /** Rays. */
  readonly liquidityRate: string;
  readonly debtRate: string;
  readonly liquidityIndex: string;
  readonly debtIndex: string;
  /** Block time of the indexes, seconds. */
  readonly updatedAt: number;
  readonly supplyAccounting: AccountingRule;
  readonly debtAccounting: AccountingRule;
  readonly scaledSupply: string;
  readonly scaledDebt: string;
  readonly deficit: string;
  readonly priceSource: Address | null;
  /** The feed that is this price source, if we watch it. */
  readonly priceFeed: string | null;
  /** What the deployment's oracle last answered, in the base currency; null: never asked, or it reverted. */
  readonly priceRead: string | null;
  readonly priceReadBlock: number | null;
};

export type EModeRecord = {
  readonly deployment: string;
  readonly category: number;
  readonly ltv: number;
  readonly liquidationThreshold: number;
  readonly liquidationBonus: number;
  readonly priceSource: Address | null;
  readonly label: string;
  readonly collateral: readonly Address[];
  readonly borrowable: readonly Address[];
  /** Members whose loan-to-value counts as 0 here. */
  readonly ltvZero: readonly Address[];
};

export type LegRecord = {
  readonly debtIndex: string;
  readonly scaledDebt: string;
  readonly scaledSupply: string;
  readonly supplyIndex: string;
  readonly usedAsCollateral: boolean;
};

export type OperationRecord =
  | (Pick<AccountOperated, 'reserve' | 'blockNumber' | 'logIndex' | 'transactionHash'> & {
      /** `deficit`: what it owed was written off. */
      readonly kind: AccountOperated['kind'] | 'deficit';
      readonly amount: string;
    })
  | (Pick<
      AccountLiquidated,
      | 'collateralReserve'
      | 'debtReserve'
      | 'liquidator'
      | 'receivedSupplyToken'
      | 'blockNumber'
      | 'logIndex'
      | 'transactionHash'
    > & { readonly kind: 'liquidation'; readonly debtCovered: string; readonly collateralSeized: string });

export type PositionRecord = {
  readonly deployment: string;
  readonly account: Address;
  readonly emode: number;
  readonly legs: { readonly [reserve: Address]: LegRecord };
  /** What it did in the step of this version. */
  readonly operations: readonly OperationRecord[];
  readonly operationsStep: number;
};

/** A record as it may be changed while its frame is open. */
type Editable<Record> = { -readonly [K in keyof Record]: Record[K] };
type OpenPosition = Editable<Omit<PositionRecord, 'legs' | 'operations'>> & {
  legs: { [reserve: Address]: LegRecord };
  readonly operations: OperationRecord[];
};

type TokenRecord = {
  readonly deployment: string;
  readonly reserve: Address;
  readonly side: 'supply' | 'debt';
};

/** Tokens store what an account holds or owes in so many bits. */
const scaledMax = 2n ** 128n - 1n;
// Here and below the keys of frequent records stand in code-unit order, so that canonical bytes are made without sorting.
const noLeg: LegRecord = {
  debtIndex: '0',
  scaledDebt: '0',
  scaledSupply: '0',
  supplyIndex: '0',
  usedAsCollateral: false,
};
/** A reserve as the pool makes it, before governance configures it. */
const initialSettings: ReserveRecord['settings'] = {
  active: true,
  borrowCap: '0',
  borrowableInIsolation: false,
  borrowing: false,
  debtCeiling: '0',
  dropped: false,
  flashLoans: false,
  frozen: false,
  liquidationBonus: 0,
  liquidationProtocolFee: 0,
  liquidationThreshold: 0,
  ltv: 0,
  paused: false,
  reserveFactor: 0,
  siloed: false,
  supplyCap: '0',
};

const asRow = (value: object): Row => value as Row;

/** Puts a deployment of the adopted configuration into the state. */
export function watchDeployment(state: State, definition: DeploymentDefinition): void {
  const record: DeploymentRecord = { definition, accounting: definition.accounting, failed: null, reserves: [] };
  state.set('deployment', definition.id, asRow(record));
  const key = `${definition.chainId}:${definition.contracts['oracle']}`;
  const known = (state.get('market', key)?.['deployments'] as readonly string[] | undefined) ?? [];
  state.set('market', key, { deployments: [...known, definition.id].sort() });
}

/** Applies one event. `blockTime`: timestamp of its block; `step`: that of its closing. Only updates facts. */
export function evolveLending(state: State, event: LendingEvent, blockTime: number, step: number): void {
  switch (event.type) {
    case 'ReserveTokenAnnounced': {
      if (!active(state, event.deployment)) return;
      const { blockNumber, token, reserve, decimals } = event;
      const former = state.get('announced', event.deployment);
      const tokens = former?.['blockNumber'] === blockNumber ? (former['tokens'] as Row) : {};
      state.set('announced', event.deployment, { blockNumber, tokens: { ...tokens, [token]: { reserve, decimals } } });
      return;
    }
    case 'ReserveListed':
      list(state, event, blockTime);
      return;
    case 'ReserveAccrued':
      editReserve(state, event.deployment, event.reserve, (reserve) => {
        reserve.liquidityRate = String(event.liquidityRate);
        reserve.debtRate = String(event.debtRate);
        reserve.liquidityIndex = String(event.liquidityIndex);
        reserve.debtIndex = String(event.debtIndex);
        reserve.updatedAt = blockTime;
      });
      return;
    case 'ReserveConfigured':
      editReserve(state, event.deployment, event.reserve, (reserve) => {
        reserve.settings = {
          ...reserve.settings,
          ...Object.fromEntries(
            Object.entries(event.settings).map(([name, value]) => [
              name,
              typeof value === 'bigint' ? String(value) : value,
            ]),
          ),
        };
      });
      return;
    case 'EModeCategorySet': {
      if (!active(state, event.deployment)) return;
      const { type: _, ...category } = event;
      const former = emodeOf(state, event.deployment, event.category);
      const record: EModeRecord = {
        ...category,
        collateral: former?.collateral ?? [],
        borrowable: former?.borrowable ?? [],
        ltvZero: former?.ltvZero ?? [],
      };
      state.set('emode', `${event.deployment}/${event.category}`, asRow(record));
      return;
    }
    case 'EModeMemberSet': {
      const { category, as } = event;
      if (as === 'exclusive') {
        editReserve(state, event.deployment, event.reserve, (reserve) => {
          reserve.emode = category;
        });
        return;
      }
      if (!active(state, event.deployment)) return;
      const record = emodeOf(state, event.deployment, category);
      if (!record) {
        fail(state, event.deployment, `e-mode category ${category} has members, but nobody created it`);
        return;
      }
      const others = record[as].filter((reserve) => reserve !== event.reserve);
      const members = event.enabled ? [...others, event.reserve].sort() : others;
      state.set('emode', `${event.deployment}/${category}`, asRow({ ...record, [as]: members }));
      return;
    }
    case 'EModeSelected': {
      if (!active(state, event.deployment)) return;
      openPosition(state, event.deployment, event.account, step).emode = event.category;
      return;
    }
    case 'CollateralUseSet':
      editLeg(state, event.deployment, event.account, event.reserve, step, (leg) => ({
        debtIndex: leg.debtIndex,
        scaledDebt: leg.scaledDebt,
        scaledSupply: leg.scaledSupply,
        supplyIndex: leg.supplyIndex,
        usedAsCollateral: event.enabled,
      }));
      return;
    case 'ScaledMinted':
    case 'ScaledBurned':
      changeBalance(state, event, step);
      return;
    case 'ScaledTransferred': {
      const token = tokenOf(state, event.chainId, event.token);
      if (!token || !active(state, token.deployment)) return;
      if (token.side === 'debt') {
        fail(state, token.deployment, `debt token ${event.token} was transferred, which the model has no words for`);
        return;
      }
      const index = String(event.index);
      for (const [account, change] of [
        [event.from, -event.scaled],
        [event.to, event.scaled],
      ] as const) {
        editLeg(state, token.deployment, account, token.reserve, step, (leg) => ({
          debtIndex: leg.debtIndex,
          scaledDebt: leg.scaledDebt,
          scaledSupply: String(BigInt(leg.scaledSupply) + change),
          supplyIndex: index,
          usedAsCollateral: leg.usedAsCollateral,
        }));
      }
      return;
    }
    case 'PriceOracleSet': {
      const record = active(state, event.deployment);
      const configured = record?.definition.contracts['oracle'];
      if (record && configured !== event.oracle) {
        fail(
          state,
          event.deployment,
          `it asks oracle ${event.oracle} now, chains.json says ${configured}: correct contracts.oracle and adopt`,
        );
      }
      return;
    }
    case 'PriceOriginSet':
      for (const deployment of marketsOf(state, event.chainId, event.oracle)) setPriceOrigin(state, deployment, event);
      return;
    case 'ReservePriceRead':
      editReserve(state, event.deployment, event.reserve, (reserve) => {
        reserve.priceRead = event.price === null ? null : String(event.price);
        reserve.priceReadBlock = event.blockNumber;
      });
      return;
    case 'ReservesRead': {
      const record = active(state, event.deployment);
      const unlisted = record && event.reserves.filter((reserve) => !record.reserves.includes(reserve));
      if (unlisted && unlisted.length > 0) {
        fail(
          state,
          event.deployment,
          `block ${event.blockNumber}: its listing of ${unlisted.join(', ')} is not in the log, so neither are all balances: start the chain before the deployment's first block`,
        );
      }
      return;
    }
    case 'AccountOperated': {
      const { kind, reserve, blockNumber, logIndex, transactionHash } = event;
      operate(state, event, step, {
        amount: String(event.amount),
        blockNumber,
        kind,
        logIndex,
        reserve,
        transactionHash,
      });
      return;
    }
    case 'AccountLiquidated': {
      accrueCollateral(state, event, blockTime);
      const { type: _, deployment: __, account: ___, debtCovered, collateralSeized, ...rest } = event;
      operate(state, event, step, {
        kind: 'liquidation',
        ...rest,
        debtCovered: String(debtCovered),
        collateralSeized: String(collateralSeized),
      });
      return;
    }
    case 'DeficitChanged':
      editReserve(state, event.deployment, event.reserve, (reserve) => {
        reserve.deficit = String(BigInt(reserve.deficit) + event.amount);
      });
      if (event.account !== null) {
        const { account, deployment, reserve, amount, blockNumber, logIndex, transactionHash } = event;
        const written = {
          kind: 'deficit',
          reserve,
          amount: String(amount),
          blockNumber,
          logIndex,
          transactionHash,
        } as const;
        operate(state, { deployment, account }, step, written);
      }
      return;
    case 'ImplementationSet':
      setImplementation(state, event);
      return;
    case 'DeploymentNotUnderstood':
      fail(state, event.deployment, `block ${event.blockNumber}: expected ${event.expected}, found ${event.found}`);
      return;
    case 'TokenNotUnderstood': {
      const token = tokenOf(state, event.chainId, event.token);
      if (token) {
        fail(state, token.deployment, `block ${event.blockNumber}: expected ${event.expected}, found ${event.found}`);
      }
      return;
    }
    default:
      assertNever(event);
  }
}

function list(state: State, event: LendingEvent & { type: 'ReserveListed' }, blockTime: number): void {
  const deployment = active(state, event.deployment);
  if (!deployment) return;
  const announced = state.get('announced', event.deployment);
  const token = (announced?.['tokens'] as { [token: string]: { reserve: string; decimals: number } } | undefined)?.[
    event.supplyToken
  ];
  if (announced?.['blockNumber'] !== event.blockNumber || token?.reserve !== event.reserve) {
    fail(
      state,
      event.deployment,
      `block ${event.blockNumber}: reserve ${event.reserve} was listed, but its supply token ${event.supplyToken} did not say how many decimals it has`,
    );
    return;
  }
  state.set('announced', event.deployment, undefined);
  const { accounting, chainId } = deployment.definition;
  const record: ReserveRecord = {
    debtAccounting: accounting,
    debtIndex: String(RAY),
    debtRate: '0',
    debtToken: event.debtToken,
    decimals: token.decimals,
    deficit: '0',
    deployment: event.deployment,
    emode: 0,
    liquidityIndex: String(RAY),
    liquidityRate: '0',
    priceFeed: null,
    priceRead: null,
    priceReadBlock: null,
    priceSource: null,
    reserve: event.reserve,
    scaledDebt: '0',
    scaledSupply: '0',
    settings: initialSettings,
    supplyAccounting: accounting,
    supplyToken: event.supplyToken,
    updatedAt: blockTime,
  };
  state.set('reserve', `${event.deployment}/${event.reserve}`, asRow(record));
  const reserves = [...deployment.reserves.filter((reserve) => reserve !== event.reserve), event.reserve];
  state.set('deployment', event.deployment, asRow({ ...deployment, reserves }));
  for (const [address, side] of [
    [event.supplyToken, 'supply'],
    [event.debtToken, 'debt'],
  ] as const) {
    state.set('token', `${chainId}:${address}`, { deployment: event.deployment, reserve: event.reserve, side });
  }
  const origin = state.get('origin', `${event.deployment}/${event.reserve}`);
  if (origin) editReserve(state, event.deployment, event.reserve, (reserve) => Object.assign(reserve, origin));
}

/** An oracle may know a token before the pool lists it. */
function setPriceOrigin(state: State, deployment: string, event: LendingEvent & { type: 'PriceOriginSet' }): void {
  if (!active(state, deployment)) return;
  const priceFeed =
    state.keys('definition').find((id) => {
      const feed = state.get('definition', id) as unknown as FeedDefinition;
      return feed.chainId === event.chainId && feed.oracle === event.priceSource && feed.purpose === 'price';
    }) ?? null;
  const origin = { priceSource: event.priceSource, priceFeed };
  state.set('origin', `${deployment}/${event.reserve}`, origin);
  // What was read of the source before says nothing about this one.
  editReserve(state, deployment, event.reserve, (reserve) =>
    Object.assign(reserve, origin, { priceRead: null, priceReadBlock: null }),
  );
}

function setImplementation(state: State, event: LendingEvent & { type: 'ImplementationSet' }): void {
  const deployment = active(state, event.deployment);
  // The accounting rule of chains.json is that of the first implementations.
  if (!deployment || (event.token === null && deployment.reserves.length === 0)) return;
  const rule = deployment.definition.implementations[event.implementation];
  if (rule === undefined) {
    fail(
      state,
      event.deployment,
      `block ${event.blockNumber}: ${event.token === null ? 'the pool' : `token ${event.token}`} was upgraded to ${event.implementation}, which chains.json does not list in implementations`,
    );
    return;
  }
  if (event.token === null) {
    // Which members a category has under the new rule is in the pool's storage, not in the log.
    const grouped = deployment.reserves.some(
      (reserve) => (state.get('reserve', `${event.deployment}/${reserve}`) as unknown as ReserveRecord).emode !== 0,
    );
    if (rule !== deployment.accounting && grouped) {
      fail(
        state,
        event.deployment,
        `block ${event.blockNumber}: the pool was upgraded from ${deployment.accounting} to ${rule}, and what became of its e-mode categories is not in the log`,
      );
      return;
    }
    state.set('deployment', event.deployment, asRow({ ...deployment, accounting: rule }));
    return;
  }
  const token = tokenOf(state, deployment.definition.chainId, event.token);
  if (token?.deployment !== event.deployment) return;
  editReserve(state, event.deployment, token.reserve, (reserve) => {
    reserve[token.side === 'supply' ? 'supplyAccounting' : 'debtAccounting'] = rule;
  });
}

function changeBalance(state: State, event: ScaledMinted | ScaledBurned, step: number): void {
  const token = tokenOf(state, event.chainId, event.token);
  if (!token || !active(state, token.deployment)) return;
  if (event.index < RAY) {
    fail(state, token.deployment, `token ${event.token} reports an index of ${event.index}: expected ${RAY} or more`);
    return;
  }
  const key = `${token.deployment}/${token.reserve}`;
  const reserve = state.get('reserve', key) as unknown as ReserveRecord;
  const leg = legOf(state, token.deployment, event.account, token.reserve);
  const isSupply = token.side === 'supply';
  const before = BigInt(isSupply ? leg.scaledSupply : leg.scaledDebt);
  const after = scaledAfter({
    rule: isSupply ? reserve.supplyAccounting : reserve.debtAccounting,
    side: token.side,
    kind: event.type === 'ScaledMinted' ? 'mint' : 'burn',
    value: event.value,
    balanceIncrease: event.balanceIncrease,
    index: event.index,
    scaledBefore: before,
    indexBefore: BigInt(isSupply ? leg.supplyIndex : leg.debtIndex),
  });
  if (after < 0n || after > scaledMax) {
    fail(
      state,
      token.deployment,
      `account ${event.account} would hold ${after} of token ${event.token}: what it got before is not in the log, or the accounting rule is another`,
    );
    return;
  }
  const total = isSupply ? 'scaledSupply' : 'scaledDebt';
  editReserve(state, token.deployment, token.reserve, (edited) => {
    edited[total] = String(BigInt(edited[total]) + after - before);
  });
  const index = String(event.index);
  setLeg(
    openPosition(state, token.deployment, event.account, step),
    token.reserve,
    isSupply
      ? {
          debtIndex: leg.debtIndex,
          scaledDebt: leg.scaledDebt,
          scaledSupply: String(after),
          supplyIndex: index,
          usedAsCollateral: leg.usedAsCollateral,
        }
      : {
          debtIndex: index,
          scaledDebt: String(after),
          scaledSupply: leg.scaledSupply,
          supplyIndex: leg.supplyIndex,
          usedAsCollateral: leg.usedAsCollateral,
        },
  );
}

/**
 * v3.6 brings the collateral's indexes up to date in every liquidation; where supply tokens change hands instead of being
 * burnt, no log says so. v3.0 leaves them. Source: executeLiquidationCall and updateState of each release.
 */
function accrueCollateral(state: State, event: AccountLiquidated, blockTime: number): void {
  if (active(state, event.deployment)?.accounting === 'aave-v3.0') return;
  editReserve(state, event.deployment, event.collateralReserve, (reserve) => {
    // The debt's index rests on when the indexes were brought up to date before.
    const indexes = indexesOf(reserve);
    reserve.liquidityIndex = String(liquidityIndexAt(indexes, blockTime));
    // Without debt it stays.
    if (reserve.scaledDebt !== '0') reserve.debtIndex = String(debtIndexAt('aave-v3.6', indexes, blockTime));
    reserve.updatedAt = blockTime;
  });
}

function operate(
  state: State,
  { deployment, account }: { readonly deployment: string; readonly account: Address },
  step: number,
  operation: OperationRecord,
): void {
  if (active(state, deployment)) openPosition(state, deployment, account, step).operations.push(operation);
}

function editReserve(
  state: State,
  deployment: string,
  reserve: Address,
  change: (record: Editable<ReserveRecord>) => void,
): void {
  if (!active(state, deployment)) return;
  const key = `${deployment}/${reserve}`;
  if (state.get('reserve', key)) change(state.edit<Editable<ReserveRecord>>('reserve', key, copyOfReserve));
}

const copyOfReserve = (former: ReserveRecord | undefined): Editable<ReserveRecord> => ({
  ...(former as ReserveRecord),
});

/** What an account is in this step, to be changed: nothing done yet, unless the record is of this step already. No frame spans two steps. */
function openPosition(state: State, deployment: string, account: Address, step: number): OpenPosition {
  return state.edit<OpenPosition>('position', `${deployment}/${account}`, (former) => ({
    // The former one, which is the same: the new one is a part of its log's text, and would keep it in memory.
    account: former?.account ?? account,
    deployment,
    emode: former?.emode ?? 0,
    legs: { ...former?.legs },
    operations: former?.operationsStep === step ? [...former.operations] : [],
    operationsStep: step,
  }));
}

function legOf(state: State, deployment: string, account: Address, reserve: Address): LegRecord {
  const position = state.get('position', `${deployment}/${account}`) as unknown as PositionRecord | undefined;
  return position?.legs[reserve] ?? noLeg;
}

function editLeg(
  state: State,
  deployment: string,
  account: Address,
  reserve: Address,
  step: number,
  change: (leg: LegRecord) => LegRecord,
): void {
  if (!active(state, deployment)) return;
  const leg = change(legOf(state, deployment, account, reserve));
  const { scaledSupply } = leg;
  if (scaledSupply.startsWith('-') || (scaledSupply.length > 38 && BigInt(scaledSupply) > scaledMax)) {
    fail(
      state,
      deployment,
      `account ${account} would hold ${leg.scaledSupply} of reserve ${reserve}: what it got before is not in the log`,
    );
    return;
  }
  setLeg(openPosition(state, deployment, account, step), reserve, leg);
}

/** Legs stand in the order of their reserves, without those that say nothing. */
function setLeg(position: OpenPosition, reserve: Address, leg: LegRecord): void {
  const { legs } = position;
  const isEmpty = leg.scaledSupply === '0' && leg.scaledDebt === '0' && !leg.usedAsCollateral;
  if (!isEmpty && legs[reserve]) legs[reserve] = leg;
  else if (isEmpty) {
    const { [reserve]: _, ...others } = legs;
    position.legs = others;
  } else {
    const all: OpenPosition['legs'] = {};
    for (const other of Object.keys(legs) as Address[]) {
      if (other > reserve) all[reserve] ??= leg;
      all[other] = legs[other] as LegRecord;
    }
    all[reserve] ??= leg;
    position.legs = all;
  }
}

function fail(state: State, deployment: string, reason: string): void {
  const record = active(state, deployment);
  if (record) state.set('deployment', deployment, asRow({ ...record, failed: reason }));
}

/** The deployment, unless it failed: then what was known of it stays as it was. */
function active(state: State, deployment: string): DeploymentRecord | undefined {
  const record = state.get('deployment', deployment) as unknown as DeploymentRecord | undefined;
  return record?.failed === null ? record : undefined;
}

function tokenOf(state: State, chainId: number, token: Address): TokenRecord | undefined {
  return state.get('token', `${chainId}:${token}`) as unknown as TokenRecord | undefined;
}

function emodeOf(state: State, deployment: string, category: number): EModeRecord | undefined {
  return state.get('emode', `${deployment}/${category}`) as unknown as EModeRecord | undefined;
}

function marketsOf(state: State, chainId: number, oracle: Address): readonly string[] {
  return (state.get('market', `${chainId}:${oracle}`)?.['deployments'] as readonly string[] | undefined) ?? [];
}
