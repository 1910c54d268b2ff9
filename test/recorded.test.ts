import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { toEventSelector } from 'viem';
import { describe, expect, test } from 'vitest';
import { loadContext, projectDir } from '../cli/context.ts';
import { peerOf } from '../indexer/sources/bridge-definitions.ts';
import {
  bridgeSources,
  configurationAdopted,
  createDecoder,
  lendingSources,
  sources,
} from '../indexer/sources/registry.ts';
import { healthFactor, NO_DEBT } from '../risk/lending/health-factor.ts';
import type { BridgeDefinition, DeploymentDefinition, IssuerDefinition } from '../schema/events.ts';
import { Address, BridgeId, ChainId, DeploymentId, Hash, Hex, IssuerId } from '../schema/ids.ts';
import type { LogRow } from '../schema/log-rows.ts';
import { toFloat } from '../schema/units.ts';

/** Real receipts and health factors, recorded from mainnet. They are not part of the repository: set RECORDED_DATA. */
const recorded = process.env['RECORDED_DATA'] ?? join(projectDir, '../shared/data/recorded');
const absent = !existsSync(recorded);
if (absent) console.warn(`skipped: no recorded data at ${recorded}; set RECORDED_DATA to its folder`);

interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly logIndex: string;
  readonly transactionHash: string;
}

const messagingEvents = {
  PacketSent: 'event PacketSent(bytes encodedPayload, bytes options, address sendLibrary)',
  OFTSent:
    'event OFTSent(bytes32 indexed guid, uint32 dstEid, address indexed fromAddress, uint256 amountSentLD, uint256 amountReceivedLD)',
};

const rowOf = (log: Log, chainId: number): LogRow => ({
  chainId: ChainId(chainId),
  blockNumber: Number(log.blockNumber),
  logIndex: Number(log.logIndex),
  transactionHash: Hash(log.transactionHash),
  address: Address(log.address.toLowerCase()),
  topics: log.topics.map(Hash),
  data: Hex(log.data),
});

function receiptLogs(): readonly { readonly from: string; readonly log: Log }[] {
  const folder = join(recorded, '09_rpc_recordings');
  const read = (file: string) => gunzipSync(readFileSync(join(folder, file))).toString('utf8');
  const blocks = ['arbitrum_150000000', 'ethereum_18000000', 'polygon_50000000'].flatMap((name) =>
    (JSON.parse(read(`subsquid_fixtures/${name}_receipts.json.gz`)) as readonly { logs: readonly Log[] }[]).flatMap(
      ({ logs }) => logs.map((log) => ({ from: name, log })),
    ),
  );
  const single = read('rotki_receipts.jsonl.gz')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { cassette, response } = JSON.parse(line) as {
        cassette: string;
        response: { result: { logs: readonly Log[] } };
      };
      return response.result.logs.map((log) => ({ from: cassette, log }));
    });
  return [...blocks, ...single];
}

describe.skipIf(absent)('recorded receipts', () => {
  /** Recorded logs of our sources, as rows of the chain. */
  const logsOf = (ours: readonly { readonly topics: readonly Hash[] }[], chainId: number) => {
    const topics = new Set<string>(ours.flatMap((source) => source.topics));
    return receiptLogs()
      .filter(({ log }) => topics.has(log.topics[0] ?? ''))
      .map(({ from, log }) => ({ from, row: rowOf(log, chainId) }));
  };

  test('every log under a topic of an oracle or a lending protocol decodes to events', async () => {
    const { meaning } = await loadContext({ network: 'mainnet' }, {});
    const { deployments } = configurationAdopted(meaning, '');
    // Whoever emits is taken for a watched deployment, so that nothing is ignored as a stranger's.
    const template = deployments[0] as DeploymentDefinition;
    const logs = logsOf([...sources, ...lendingSources], template.chainId);
    const emitters = [...new Set(logs.map(({ row }) => row.address))].sort();
    const watched = emitters.map(
      (address): DeploymentDefinition => ({
        ...template,
        id: DeploymentId(`recorded/${address}`),
        contracts: Object.fromEntries(lendingSources[0]?.contracts.map((name) => [name, Address(address)]) ?? []),
      }),
    );
    const decoder = createDecoder([], { deployments: watched, tokens: [] });
    const kinds = new Map<string, number>();
    for (const { from, row } of logs) {
      const events = decoder.decodeLog(row);
      expect(events.length, `${from} ${row.topics[0]} of ${row.address}`).toBeGreaterThan(0);
      for (const event of events) {
        const kind = 'kind' in event ? `${event.type} ${event.kind}` : event.type;
        expect(
          kind,
          `${from}: ${JSON.stringify(event, (_, v) => (typeof v === 'bigint' ? String(v) : v))}`,
        ).not.toMatch(/NotUnderstood/);
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(kinds)).toMatchObject({
      AccountLiquidated: 1,
      'AccountOperated borrow': 3,
      'AccountOperated repay': 2,
      'AccountOperated supply': 13,
      'AccountOperated withdraw': 12,
      CollateralUseSet: 15,
      OraclePriceReported: 15,
      ReserveAccrued: 34,
      ScaledBurned: 14,
      ScaledMinted: 21,
      ScaledTransferred: 4,
    });
  });

  test('every message of LayerZero has the GUID that its token says; transfers of strangers say nothing', () => {
    const logs = logsOf(bridgeSources, 1).map(({ row }) => row);
    const [packets, debits] = ['PacketSent', 'OFTSent'].map((name) => {
      const topic = toEventSelector(messagingEvents[name as keyof typeof messagingEvents]);
      return logs.filter(({ topics }) => topics[0] === topic);
    }) as [LogRow[], LogRow[]];
    // The sender of the packets, the two tokens' pools, and nobody else are watched.
    const sender = Address('0x6d6620efa72948c5f68a3c8646d58c00d3f4a980');
    const bridge: BridgeDefinition = {
      id: BridgeId('recorded/layerzero-v2'),
      chainId: ChainId(1),
      source: 'layerzero-v2',
      networkId: 30101,
      contracts: Object.fromEntries(
        (bridgeSources[0]?.contracts ?? []).map((name, i) => [
          name,
          name === 'endpoint' ? (packets[0] as LogRow).address : Address(`0x${String(i + 1).padStart(40, '0')}`),
        ]),
      ),
      executors: [],
      ...{ lagSecondsMax: 60, clockSkewSeconds: 15, stuckAfterSeconds: 3600, blockSeconds: 12, finalitySeconds: 900 },
    };
    const issuers = [sender, ...new Set(debits.map(({ address }) => address))].map((address): IssuerDefinition => {
      const issuer = IssuerId(address.slice(2, 34));
      const member = { issuer, bridge: bridge.id, chainId: bridge.chainId, networkId: bridge.networkId };
      return {
        ...{ id: issuer, class: 'bridge', backing: 'ledger', root: 'USD', lossGivenDefault: 1, reserves: [] },
        outsideReserves: null,
        ledger: {
          ...{ kind: 'burn', home: bridge.chainId, sharedDecimals: 6, decimals: 6 },
          members: [{ ...member, address, token: address, decimals: 6, role: 'supply', peers: [] }],
        },
      };
    });
    const decoder = createDecoder([], { deployments: [], tokens: [], bridges: [bridge], issuers });
    const said = logs.flatMap((row) => decoder.decodeLog(row));
    expect(said).toMatchObject(
      packets.flatMap((_, i) => {
        const guid = debits[i]?.topics[1];
        const account = `0x${debits[i]?.topics[2]?.slice(26)}`;
        return [
          { type: 'BridgeMessageSent', guid, sender: peerOf(sender), sourceId: 30101 },
          { type: 'BridgeTokensDebited', guid, account },
        ];
      }),
    );
    expect(said).toHaveLength(4);
  });
});

type Row = { readonly [column: string]: string };

function csv(file: string): readonly Row[] {
  const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split(/\r?\n/);
  const columns = (head as string).split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [columns[i] as string, value])));
}

const folder = join(recorded, '05_health_factor_vectors');
const amount = (value: string | undefined) => Number(value === undefined || value === '' ? 0 : value);
/** To integers of 18 decimals, as sums in the base currency are integers. */
const fixed = (value: number) => BigInt(Math.round(value * 1e9)) * 10n ** 9n;

describe.skipIf(absent)('recorded health factors of Aave v2', () => {
  test('computed by others from balances, prices and thresholds: within 1e-6 on at least 48 of 74', () => {
    const rows = readdirSync(folder)
      .filter((file) => /^cred_0x.*\.csv$/.test(file))
      .flatMap((file) => csv(join(folder, file)));
    const assets = Object.keys(rows[0] as Row).flatMap((column) => /^(.+)_LiqThreshold$/.exec(column)?.[1] ?? []);
    const errors = rows.map((row) => {
      let weighted = 0;
      let collateral = 0;
      let debt = 0;
      for (const asset of assets) {
        const price = amount(row[`${asset}_eth`]);
        const value = amount(row[`a${asset}_balance`]) * price;
        collateral += value;
        weighted += value * amount(row[`${asset}_LiqThreshold`]) * 10_000;
        debt += (amount(row[`variabledebt${asset}`]) + amount(row[`stabledebt${asset}`])) * price;
      }
      // They divide once, as v3.6 does.
      const found = healthFactor('aave-v3.6', {
        collateral: fixed(collateral),
        weightedThreshold: fixed(weighted),
        debt: fixed(debt),
      });
      if (row['HF'] === 'inf') return found === NO_DEBT ? null : Number.POSITIVE_INFINITY;
      return Math.abs(toFloat(found, 18) - Number(row['HF']));
    });
    const withDebt = errors.filter((error) => error !== null);
    expect(withDebt).toHaveLength(74);
    expect(withDebt.filter((error) => error <= 1e-6).length).toBeGreaterThanOrEqual(48);
    expect(Math.max(...withDebt)).toBeLessThan(5e-4);
  });

  /** Aave v2's liquidation thresholds in 2021, basis points; USDC's was raised later. */
  const thresholds: { readonly [asset: string]: number } = {
    AAVE: 6500,
    DAI: 8000,
    LINK: 7500,
    MKR: 6500,
    TUSD: 8000,
    UNI: 6500,
    USDC: 8500,
    USDT: 0,
    WBTC: 7500,
    WETH: 8250,
    YFI: 5500,
    ZRX: 6500,
  };
  const usdcRaisedAt = 1_640_995_200;

  /**
   * The pool counts in ETH, so the share of a WETH leg is its balance, exactly; what is left of the pool's own total is
   * divided among the other legs by the file's USD prices, or put on one of them (`rest`).
   */
  function ofPool(
    row: Row,
    legs: readonly { readonly asset: string; readonly value: number }[],
    rest?: string,
  ): bigint {
    const total = BigInt(Math.round(amount(row['totalCollateral'])));
    const isWeth = ({ asset }: { asset: string }) => asset === 'WETH';
    const balance = legs.some(isWeth) ? BigInt(Math.round(amount(row['WETH_collateral']))) : 0n;
    const others = legs.filter((leg) => !isWeth(leg));
    const weth = others.length === 0 || balance > total ? total : balance;
    const sum = others.reduce((all, { value }) => all + value, 0);
    const sums = legs.map((leg) => {
      const raised = leg.asset === 'USDC' && Number(row['timestamp']) > usdcRaisedAt;
      const threshold = raised ? 8800 : thresholds[leg.asset];
      if (threshold === undefined) throw new Error(`no threshold of ${leg.asset}`);
      const part = rest === undefined ? leg.value / sum : leg.asset === rest ? 1 : 0;
      const share = isWeth(leg) ? weth : BigInt(Math.round(Number(total - weth) * part));
      return { share, weighted: share * BigInt(threshold) };
    });
    return healthFactor('aave-v3.0', {
      collateral: sums.reduce((all, { share }) => all + share, 0n),
      weightedThreshold: sums.reduce((all, { weighted }) => all + weighted, 0n),
      debt: BigInt(Math.round(amount(row['totalDebt']))),
    });
  }

  test('answered by the pool, with two decimals: within .005, but for one row whose prices are of another day', () => {
    const counts = { rows: 0, ofAnotherDay: 0 };
    for (const file of readdirSync(join(folder, 'aave_v2_user_details'))) {
      const rows = csv(join(folder, 'aave_v2_user_details', file));
      const pricesOf = (row: Row) =>
        Object.entries(row)
          .filter(([column]) => column.endsWith('_USD_price'))
          .join();
      const said = new Map<string, number>();
      for (const row of rows) said.set(pricesOf(row), (said.get(pricesOf(row)) ?? 0) + 1);
      for (const row of rows) {
        const legs = Object.entries(row).flatMap(([column, value]) => {
          const asset = /^(\w+)_collateral \(in USD\)$/.exec(column)?.[1];
          return asset === undefined || amount(value) === 0 ? [] : [{ asset, value: amount(value) }];
        });
        const printed = Number(row['healthFactor']);
        const where = `${file} block ${row['block']}`;
        counts.rows++;
        const others = legs.filter(({ asset }) => asset !== 'WETH');
        // Rows are 18 hours apart: no two have the same prices to the last digit, unless prices of another day filled a gap.
        if (others.length < 2 || said.get(pricesOf(row)) === 1) {
          expect(Math.abs(toFloat(ofPool(row, legs), 18) - printed), where).toBeLessThanOrEqual(0.005 + 1e-12);
          continue;
        }
        // Then the row does not tell how what is not WETH was divided: all that follows is an interval.
        counts.ofAnotherDay++;
        const ends = others.map(({ asset }) => toFloat(ofPool(row, legs, asset), 18));
        expect(printed, where).toBeGreaterThanOrEqual(Math.min(...ends) - 0.005);
        expect(printed, where).toBeLessThanOrEqual(Math.max(...ends) + 0.005);
      }
    }
    // Block 11473095 of 2020-12-17: WETH, WBTC and AAVE, at the prices that 21 other rows of 16 days state as well.
    expect(counts).toEqual({ rows: 844, ofAnotherDay: 1 });
  });
});
