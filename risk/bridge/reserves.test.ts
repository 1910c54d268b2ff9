import { describe, expect, it } from 'vitest';
import type { BackingBalanceDefinition, DomainEvent, IssuerDefinition } from '../../schema/events.ts';
import { Address, ChainId, IssuerId } from '../../schema/ids.ts';
import { Fold } from '../fold.ts';
import { testParameters } from '../model-parameters.fixture.ts';
import { issuerLosses } from './issuer-losses.ts';
import { type IssuerRecord, type IssuerStatus, record } from './records.ts';

const vault = IssuerId('vault');
const token = Address(`0x${'70'.repeat(20)}`);
const receipt = Address(`0x${'71'.repeat(20)}`);
const holder = Address(`0x${'aa'.repeat(20)}`);
const held: BackingBalanceDefinition = { side: 'held', chainId: ChainId(1), token, holder, decimals: 6 };
const owed: BackingBalanceDefinition = { side: 'owed', chainId: ChainId(2), token: receipt, holder: null, decimals: 8 };

/** An issuer that holds a token of 6 decimals on chain 1 and owes one of 8 on chain 2. Amounts in whole tokens. */
class ReserveStory {
  readonly fold = new Fold();
  readonly #balances: readonly BackingBalanceDefinition[];
  #block = 0;

  constructor(balances: readonly BackingBalanceDefinition[] = [held, owed]) {
    this.#balances = balances;
    const issuer: IssuerDefinition = {
      ...{ id: vault, class: 'vault', backing: 'reserves', root: 'USD', lossGivenDefault: 0.5 },
      ...{ reserves: [], outsideReserves: null, balances },
    };
    this.fold.evolve(
      {
        ...{ type: 'ConfigurationAdopted', sha256: '00', assets: [], feeds: [], deployments: [], tokens: [] },
        parameters: { ...testParameters, stepSeconds: 10, ageingSeconds: 1000 },
        chains: [1, 2].map((chain) => ({ chainId: ChainId(chain), name: `chain-${chain}`, startBlock: 0 })),
        issuers: [issuer],
      },
      0,
    );
    this.through(10);
  }

  /** Raw amounts; several of one block. */
  reads(time: number, chain: number, ...amounts: readonly (readonly [place: number, amount: bigint | null])[]): this {
    this.through(time - 1);
    this.#block++;
    const block = { chainId: chain, number: this.#block, hash: '0x', timestamp: time, rowsSha256: '' };
    this.fold.sealBlock(block, '');
    for (const [place, amount] of amounts) {
      const { chainId, holder: of, token: what } = this.#balances[place] as BackingBalanceDefinition;
      const read = { type: 'BackingBalanceRead', chainId, token: what, holder: of } as const;
      this.fold.evolve({ ...read, blockNumber: this.#block, amount } satisfies DomainEvent, time);
    }
    return this.through(time + 9);
  }

  through(time: number): this {
    for (let due = this.fold.nextClosing(); due <= time; due = this.fold.nextClosing()) this.fold.close(due);
    return this;
  }

  get status(): IssuerStatus {
    return record<IssuerRecord>(this.fold.state, 'issuer', vault)?.last as IssuerStatus;
  }
}

const six = (tokens: number) => BigInt(tokens) * 10n ** 6n;
const eight = (tokens: number) => BigInt(tokens) * 10n ** 8n;

describe('reserves', () => {
  it('are what is held against what is owed, whatever the decimals', () => {
    const story = new ReserveStory().reads(20, 1, [0, six(900)]).reads(30, 2, [1, eight(1000)]);
    expect(story.status).toMatchObject({ status: 'ok', reasons: [], locked: String(eight(900)), lossRemote: 0.1 });
    expect(issuerLosses(story.fold.state)).toMatchObject([{ lossRemote: 0.1, lossHome: 0.1, status: 'ok' }]);
    expect(story.status.balances).toEqual([String(six(900)), String(eight(1000))]);
  });

  it('of more than is owed, or of nothing that is owed, have lost nothing', () => {
    expect(new ReserveStory().reads(20, 1, [0, six(1100)]).reads(30, 2, [1, eight(1000)]).status).toMatchObject({
      ...{ lossRemote: 0, gap: 0, status: 'ok' },
    });
    expect(new ReserveStory().reads(20, 1, [0, 0n]).reads(30, 2, [1, 0n]).status.lossRemote).toBe(0);
    expect(new ReserveStory().reads(20, 1, [0, 0n]).reads(30, 2, [1, eight(5)]).status.lossRemote).toBe(1);
  });

  it('a deposit whose balance is read after what was minted for it is no loss; a mint without one is', () => {
    const story = new ReserveStory().reads(20, 1, [0, six(1000)]).reads(30, 2, [1, eight(1000)]);
    expect(story.reads(40, 2, [1, eight(1500)]).status.lossRemote).toBe(0);
    expect(story.reads(50, 2, [1, eight(1600)]).status.lossRemote).toBe(0);
    expect(story.reads(60, 1, [0, six(1600)]).status.lossRemote).toBe(0);
    expect(story.reads(70, 2, [1, eight(2000)]).status.lossRemote).toBe(0);
    expect(story.reads(80, 1, [0, six(1600)]).status.lossRemote).toBe(0.2);
  });

  it('a pay-out read before the burn it follows is no loss; a theft is', () => {
    const story = new ReserveStory().reads(20, 2, [1, eight(1000)]).reads(30, 1, [0, six(1000)]);
    expect(story.reads(40, 1, [0, six(600)]).status.lossRemote).toBe(0);
    expect(story.reads(50, 1, [0, six(500)]).status.lossRemote).toBe(0);
    expect(story.reads(60, 2, [1, eight(500)]).status.lossRemote).toBe(0);
    expect(story.reads(70, 1, [0, six(250)]).reads(80, 2, [1, eight(500)]).status.lossRemote).toBe(0.5);
  });

  it('of one chain are compared at once: both are of one block', () => {
    const story = new ReserveStory([held, { ...owed, chainId: ChainId(1) }]);
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const amounts = [six(1000), eight(1000)] as const;
      const at = story.fold.closedTime + 10;
      story.reads(at, 1, ...order.map((place) => [place, amounts[place] as bigint] as const));
      expect(story.status.lossRemote).toBe(0);
      const after = [six(750), eight(1000)] as const;
      story.reads(at + 10, 1, ...order.map((place) => [place, after[place] as bigint] as const));
      expect(story.status.lossRemote).toBe(0.25);
    }
  });

  it('not all of them read: a quarter is lost; one that ceases to answer: unknown, rising from what was known', () => {
    const story = new ReserveStory().reads(20, 1, [0, six(1000)]);
    expect(story.status).toMatchObject({ status: 'degraded', reasons: ['not-read:2'], lossRemote: 0.25 });
    expect(story.reads(30, 2, [1, null]).status.reasons).toEqual(['not-read:2']);
    expect(story.reads(40, 2, [1, eight(1000)]).status).toMatchObject({ status: 'ok', lossRemote: 0 });
    expect(story.reads(50, 1, [0, null]).status).toMatchObject({ reasons: ['failed:1'], locked: String(eight(1000)) });
    story.through(50 + 86_400);
    expect(story.status.lossRemote).toBeCloseTo(0.25 * (1 - Math.exp(-1)), 2);
    expect(story.reads(90_000, 1, [0, six(1000)]).status).toMatchObject({ status: 'ok', reasons: [], lossRemote: 0 });
  });

  it('on a chain that is excluded are unknown until it returns', () => {
    const story = new ReserveStory().reads(20, 1, [0, six(1000)]).reads(30, 2, [1, eight(1000)]);
    story.fold.evolve({ type: 'ChainExcluded', chainId: ChainId(2), lastBlock: 1, atStep: 5 }, 45);
    expect(story.through(50).status).toMatchObject({ status: 'degraded', reasons: ['chain-excluded:2'] });
    story.fold.evolve({ type: 'ChainReturned', chainId: ChainId(2), throughBlock: 9, atStep: 7 }, 65);
    expect(story.through(70).status).toMatchObject({ status: 'ok', reasons: [] });
  });

  it('beyond any amount stay figures', () => {
    const huge = 2n ** 256n - 1n;
    const story = new ReserveStory().reads(20, 1, [0, 1n]).reads(30, 2, [1, huge]);
    expect(story.status.lossRemote).toBe(1);
    expect(story.reads(40, 1, [0, huge]).status.lossRemote).toBe(0);
  });
});
