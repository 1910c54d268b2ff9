import { type Abi, type Address, decodeAbiParameters, encodeFunctionData, type Hex, pad, slice } from 'viem';
import { FatalError, invariant } from '../schema/errors.ts';
import { aaveMarkets, listing, mint, priceSourceAddress } from './aave.ts';
import { oracleAbi, poolAbi, tokenAbi } from './aave-contracts.ts';
import {
  type BridgeMesh,
  type BridgeOrder,
  type BridgeState,
  bridgeHolders,
  forger,
  type InboundMessage,
  issuerTreasury,
  type SentPacket,
  type Transfer,
} from './bridge-mesh.ts';
import { askAll, type ContractCall } from './contract-calls.ts';
import type { Transaction } from './deployment.ts';
import {
  bridgedReserve,
  bridgeFamilies,
  confirmationsOf,
  decodePacket,
  dust,
  endpoint,
  executeCall,
  type FamilyName,
  familyNames,
  guidOf,
  layerZero,
  oftMessage,
  type Packet,
  payloadHashOf,
  sendCall,
  unwatchedEid,
  verifyCalls,
} from './layerzero.ts';
import { endpointAbi } from './layerzero-contracts.ts';
import { type ChainName, chainNames } from './networks.ts';
import type { RpcClient } from './rpc.ts';
import { incidentWindow, phaseStart, type Scenario } from './scenario.ts';

const actsPerBlockMax = 3;
/** The executor delivers so long after the DVN could have signed. */
const executorSeconds = 6;
const signatureSeconds = 7 * 86_400;
const gasTooLittle = 20_000n;
const gasLimit = 900_000n;
const maximum = 2n ** 256n - 1n;
const unit = 10n ** 18n;
/** What stands in the place of a nilified payload. */
const nilPayloadHash: Hex = `0x${'f'.repeat(64)}`;
const packetSentTopic: Hex = '0x1ab700d4ced0c005b164c0f789fd09fcbb0156d4c2041b8a3bfbcd961cd1567f';

interface Outcome {
  readonly transactions: readonly Transaction[];
  readonly inbound?: InboundMessage;
}

interface Act {
  readonly name: string;
  readonly from: number;
  /** Null: not yet. */
  outcome(time: number, state: BridgeState): Promise<Outcome | null>;
}

/** One chain's bridge users, and the DVN and the executor that serve it. */
export class BridgeActors {
  readonly #scenario: Scenario;
  readonly #chain: ChainName;
  readonly #rpc: RpcClient;
  readonly #mesh: BridgeMesh;
  readonly #planned: readonly Act[];

  constructor(scenario: Scenario, chain: ChainName, rpc: RpcClient, mesh: BridgeMesh) {
    this.#scenario = scenario;
    this.#chain = chain;
    this.#rpc = rpc;
    this.#mesh = mesh;
    this.#planned = [
      ...(chain === 'ethereum' ? [this.#funding()] : []),
      ...mesh.transfersFrom(chain).map((transfer) => this.#transfer(transfer)),
      ...this.#lending(),
    ].sort((a, b) => a.from - b.from);
  }

  /** What happens in the block at `time`, and the state after it but for what that block sends. */
  async decide(
    time: number,
    before: BridgeState,
  ): Promise<{ readonly transactions: readonly Transaction[]; readonly state: BridgeState }> {
    const transactions: Transaction[] = [];
    const inbound = new Map(before.inbound);
    transactions.push(...(await this.#deliver(time, inbound)));

    let acts = before.acts;
    const due = [...this.#planned, ...this.#ordered()].filter(({ name, from }) => from <= time && !acts.has(name));
    for (const act of due.slice(0, actsPerBlockMax)) {
      const outcome = await act.outcome(time, { ...before, inbound, acts });
      if (outcome === null) continue;
      transactions.push(...outcome.transactions);
      if (outcome.inbound) inbound.set(outcome.inbound.packet.guid, outcome.inbound);
      acts = new Map([...acts, [act.name, time]]);
    }
    const isSame = acts === before.acts && transactions.length === 0;
    return { transactions, state: isSame ? before : { sent: before.sent, inbound, acts } };
  }

  /** The messages that a block sent. */
  async sentIn(blockNumber: number, time: number): Promise<readonly SentPacket[]> {
    const block = `0x${blockNumber.toString(16)}`;
    const filter = { fromBlock: block, toBlock: block, address: endpoint, topics: [packetSentTopic] };
    const logs = (await this.#rpc.call('eth_getLogs', filter)) as readonly { readonly data: Hex }[];
    return logs.map(({ data }) => {
      const [encoded] = decodeAbiParameters([{ type: 'bytes' }, { type: 'bytes' }, { type: 'address' }], data);
      const packet = decodePacket(encoded);
      const family = familyNames.find((name) => pad(this.#application(name)).toLowerCase() === packet.sender);
      invariant(family !== undefined, `Sender ${packet.sender} of a message from ${this.#chain} is of no family`);
      const to = chainNames.find((chain) => layerZero[chain].eid === packet.dstEid) ?? null;
      const amount = BigInt(slice(packet.message, 32, 40)) * dust;
      return { ...packet, family, from: this.#chain, to, amount, blockNumber, time };
    });
  }

  /** The DVN signs what has its confirmations, the executor delivers what is signed. */
  async #deliver(time: number, inbound: Map<Hex, InboundMessage>): Promise<readonly Transaction[]> {
    const transactions: Transaction[] = [];
    for (const from of chainNames) {
      if (from === this.#chain) continue;
      const sent = this.#mesh.sentFrom(from).filter(({ to }) => to === this.#chain);
      for (const packet of sent) {
        const due = packet.time + this.#mesh.confirmationSeconds(packet.family, from);
        const known = inbound.get(packet.guid);
        // A forged message has this one's place: the endpoint verifies no second one, ever.
        if (due > time || known?.forged || known?.status === 'delivered' || known?.status === 'settled') continue;
        if (known === undefined) {
          if (this.#mesh.isImpeded('hold', from, this.#chain, time)) break;
          transactions.push(...(await this.#verify(packet, packet.family, from, time)));
          inbound.set(packet.guid, { packet, forged: false, verifiedAt: time, status: 'verified', since: time });
        }
        if (due + executorSeconds > time) continue;
        const isStarved = this.#mesh.isImpeded('starve', from, this.#chain, time);
        const now = inbound.get(packet.guid)!;
        if (isStarved && now.status === 'alerted') continue;
        transactions.push(executeCall(this.#chain, packet, isStarved ? gasTooLittle : undefined));
        inbound.set(packet.guid, { ...now, status: isStarved ? 'alerted' : 'delivered', since: time });
      }
    }
    return transactions;
  }

  #verify(packet: Packet, family: FamilyName, from: ChainName, time: number): Promise<readonly Transaction[]> {
    return verifyCalls(this.#chain, packet, confirmationsOf(family, from), time + signatureSeconds);
  }

  #application(family: FamilyName): Address {
    return bridgeFamilies[family].applications[this.#chain];
  }

  #funding(): Act {
    const { tokens, applications } = bridgeFamilies.lrtETH;
    const transfer = (holder: Address) =>
      encodeFunctionData({ abi: tokenAbi, functionName: 'transfer', args: [holder, 50_000n * unit] });
    return {
      name: 'fund',
      from: phaseStart(this.#scenario, 'calm'),
      outcome: async () => ({
        transactions: [
          mint(tokens.ethereum, issuerTreasury, 20_000n * unit),
          ...bridgeHolders.flatMap((holder, i) => [
            mint(tokens.ethereum, holder, BigInt(1500 * (i + 1)) * unit),
            { to: bridgeFamilies.dvnGOV.tokens.ethereum, data: transfer(holder) },
            this.#account(holder, tokens.ethereum, tokenAbi, 'approve', [applications.ethereum, maximum]),
          ]),
        ],
      }),
    };
  }

  #transfer({ name, time, family, to, holder, amount }: Transfer): Act {
    const application = this.#application(family);
    const dstEid = to === null ? unwatchedEid : layerZero[to].eid;
    return {
      name,
      from: time,
      outcome: async (_, { acts }) => {
        if (this.#chain === 'ethereum' && !acts.has('fund')) return null;
        if (typeof amount === 'bigint') return { transactions: [sendCall(application, holder, dstEid, amount)] };
        const token = bridgeFamilies[family].tokens[this.#chain];
        const [balance] = (await this.#ask([[token, tokenAbi, 'balanceOf', [holder]]])) as [bigint];
        const part = (balance * BigInt(Math.floor(amount * 10_000))) / 10_000n;
        const sent = part - (part % dust);
        return { transactions: sent === 0n ? [] : [sendCall(application, holder, dstEid, sent)] };
      },
    };
  }

  /** lrtETH becomes collateral; the holders post half of theirs: some against stablecoins, some against ether. */
  #lending(): readonly Act[] {
    const market = aaveMarkets[this.#chain];
    const reserve = bridgedReserve(this.#chain);
    const late = this.#scenario.incidents.find(
      (incident) => incident.kind === 'reserve-listing' && incident.chain === this.#chain,
    );
    // After the market's own late reserve, which keeps the place that it has on mainnet.
    const listed = (late ? incidentWindow(this.#scenario, late).from : phaseStart(this.#scenario, 'calm')) + 7200;
    const list: Act = {
      name: 'list lrtETH',
      from: listed,
      outcome: async () => {
        const args = [[reserve.token], [priceSourceAddress(this.#chain, reserve)]] as const;
        const data = encodeFunctionData({ abi: oracleAbi, functionName: 'setAssetSources', args });
        return { transactions: [{ to: market.oracle, data }, ...listing(this.#chain, reserve)] };
      },
    };
    const stablecoin = market.reserves.find(({ symbol, late }) => symbol.startsWith('USD') && !late)!;
    const ether = market.reserves.find(({ symbol }) => symbol === 'WETH')!;
    const posts = bridgeHolders.map((holder, i): Act => {
      const debt = i % 2 === 0 ? ether : stablecoin;
      const usesEMode = debt === ether;
      return {
        name: `post ${i}`,
        from: listed + 3600,
        outcome: async (time, { acts }) => {
          if ((acts.get(list.name) ?? time) === time) return null;
          const [balance, price, debtPrice] = (await this.#ask([
            [reserve.token, tokenAbi, 'balanceOf', [holder]],
            [market.oracle, oracleAbi, 'getAssetPrice', [reserve.token]],
            [market.oracle, oracleAbi, 'getAssetPrice', [debt.token]],
          ])) as [bigint, bigint, bigint];
          const posted = balance / 2n;
          if (posted === 0n) return null;
          // Of its worth 60 % in ether, which follows the collateral, or 30 % in dollars.
          const share = usesEMode ? 60n : 30n;
          const borrowed = (posted * price * share * 10n ** BigInt(debt.decimals)) / (100n * debtPrice * unit);
          return {
            transactions: [
              ...this.#post(holder, posted),
              ...(usesEMode ? [this.#pool(holder, 'setUserEMode', [1])] : []),
              { ...this.#pool(holder, 'borrow', [debt.token, borrowed, 2n, 0, holder]), mayRevert: true },
            ],
          };
        },
      };
    });
    return [list, ...posts];
  }

  #ordered(): readonly Act[] {
    return this.#mesh.ordersOn(this.#chain).flatMap(({ name, at, order }): readonly Act[] => {
      switch (order.kind) {
        case 'send': {
          const { family = 'lrtETH', from, to, holder, amount } = order;
          return [this.#transfer({ name, time: at, family, from, to, holder: this.#holder(holder), amount })];
        }
        case 'forge':
          return this.#forgery(name, at, order);
        case 'drain': {
          const { tokens, applications } = bridgeFamilies.lrtETH;
          const transfer = this.#account(applications.ethereum, tokens.ethereum, tokenAbi, 'transfer', [
            forger,
            order.amount,
          ]);
          return [{ name, from: at, outcome: async () => ({ transactions: [transfer] }) }];
        }
        case 'transact': {
          const transactions = order.transactions.map((one) => ({ gas: gasLimit, ...one }));
          return [{ name, from: at, outcome: async () => ({ transactions }) }];
        }
        case 'deliver-again':
          return [
            {
              name,
              from: at,
              outcome: async (_, { inbound }) => {
                const message = inbound.get(order.guid);
                return message?.status === 'delivered'
                  ? { transactions: [executeCall(this.#chain, message.packet)] }
                  : null;
              },
            },
          ];
        default:
          return [this.#settlement(name, at, order.kind, order.guid)];
      }
    });
  }

  #forgery(name: string, at: number, order: BridgeOrder & { readonly kind: 'forge' }): readonly Act[] {
    const { from, to, amount, family = 'lrtETH', borrows = false } = order;
    const path = {
      srcEid: layerZero[from].eid,
      sender: pad(bridgeFamilies[family].applications[from]).toLowerCase() as Hex,
      dstEid: layerZero[to].eid,
      receiver: pad(this.#application(family)).toLowerCase() as Hex,
    };
    const forgery: Act = {
      name,
      from: at,
      outcome: async (time, { inbound }) => {
        // It takes the next number of the lane, once what was sent before is delivered.
        const sent = this.#mesh
          .sentFrom(from)
          .filter((packet) => packet.to === to && packet.family === family && packet.time < time);
        if (sent.some(({ guid }) => !inbound.has(guid) || inbound.get(guid)!.status === 'verified')) return null;
        const taken = [...inbound.values()].map(({ packet }) => packet).filter(({ sender }) => sender === path.sender);
        const nonce = BigInt(Math.max(0, ...taken.map((packet) => Number(packet.nonce)))) + 1n;
        const packet = { ...path, nonce, guid: guidOf({ ...path, nonce }), message: oftMessage(forger, amount) };
        return {
          transactions: [...(await this.#verify(packet, family, from, time)), executeCall(this.#chain, packet)],
          inbound: { packet, forged: true, verifiedAt: time, status: 'delivered', since: time },
        };
      },
    };
    if (!borrows) return [forgery];
    const market = aaveMarkets[this.#chain];
    const ether = market.reserves.find(({ symbol }) => symbol === 'WETH')!;
    const post: Act = {
      name: `${name} post`,
      from: at,
      outcome: async (time, { acts }) =>
        (acts.get(name) ?? time) < time ? { transactions: this.#post(forger, amount) } : null,
    };
    const borrow: Act = {
      name: `${name} borrow`,
      from: at,
      outcome: async (time, { acts }) => {
        const forgedAt = acts.get(name);
        const postedAt = acts.get(post.name);
        if (forgedAt === undefined || postedAt === undefined || postedAt === time || time < forgedAt + 90) return null;
        const [account, price, reserve] = (await this.#ask([
          [market.pool, poolAbi, 'getUserAccountData', [forger]],
          [market.oracle, oracleAbi, 'getAssetPrice', [ether.token]],
          [market.pool, poolAbi, 'getReserveData', [ether.token]],
        ])) as [readonly bigint[], bigint, { readonly aTokenAddress: Address }];
        const [liquidity] = (await this.#ask([[ether.token, tokenAbi, 'balanceOf', [reserve.aTokenAddress]]])) as [
          bigint,
        ];
        const affordable = (account[2]! * unit * 95n) / (price * 100n);
        const borrowed = affordable < liquidity ? affordable : (liquidity * 95n) / 100n;
        return { transactions: [this.#pool(forger, 'borrow', [ether.token, borrowed, 2n, 0, forger])] };
      },
    };
    return [forgery, post, borrow];
  }

  #settlement(name: string, at: number, kind: 'nilify' | 'burn' | 'clear' | 'skip', guid: Hex): Act {
    return {
      name,
      from: at,
      outcome: async (time, { inbound }) => {
        const message = inbound.get(guid);
        const packet =
          message?.packet ?? chainNames.flatMap((from) => this.#mesh.sentFrom(from)).find((one) => one.guid === guid);
        if (packet === undefined) throw new FatalError(`Nobody sent ${guid} to the devnet's ${this.#chain}.`);
        const { srcEid, sender, nonce, receiver, message: text } = packet;
        const application = slice(receiver, 12);
        const path = [application, srcEid, sender, nonce] as const;
        const payloadHash = kind === 'burn' ? nilPayloadHash : payloadHashOf(packet);
        const data =
          kind === 'clear'
            ? encodeFunctionData({
                abi: endpointAbi,
                functionName: 'clear',
                args: [application, { srcEid, sender, nonce }, guid, text],
              })
            : kind === 'skip'
              ? encodeFunctionData({ abi: endpointAbi, functionName: 'skip', args: path })
              : encodeFunctionData({ abi: endpointAbi, functionName: kind, args: [...path, payloadHash] });
        return {
          transactions: [{ to: endpoint, data }],
          inbound: { packet, forged: false, verifiedAt: message?.verifiedAt ?? time, status: 'settled', since: time },
        };
      },
    };
  }

  #holder(index: number): Address {
    const holder = bridgeHolders[index];
    if (holder === undefined)
      throw new FatalError(`The devnet has no holder ${index}; it has ${bridgeHolders.length}.`);
    return holder;
  }

  #post(account: Address, amount: bigint): readonly Transaction[] {
    const { token } = bridgedReserve(this.#chain);
    return [
      this.#account(account, token, tokenAbi, 'approve', [aaveMarkets[this.#chain].pool, maximum]),
      this.#pool(account, 'supply', [token, amount, account, 0]),
    ];
  }

  #pool(from: Address, functionName: string, args: readonly unknown[]): Transaction {
    return this.#account(from, aaveMarkets[this.#chain].pool, poolAbi, functionName, args);
  }

  #account(from: Address, to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Transaction {
    return { from, to, data: encodeFunctionData({ abi, functionName, args }), gas: gasLimit };
  }

  #ask(calls: readonly ContractCall[]): Promise<readonly unknown[]> {
    return askAll(this.#rpc, calls);
  }
}
