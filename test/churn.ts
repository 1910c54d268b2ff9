import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { chainNames } from '../devnet/networks.ts';
import type { Index, World } from './world.ts';

/** What a churn really did. */
export interface Churned {
  ingestKills: number;
  foldKills: number;
  reorgs: number;
  lateSeconds: number;
}

const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;

/**
 * Plays `seconds` of chain time in random pieces while the index follows: chains run ahead of each other, ingest
 * processes are killed (SIGKILL) and started again, the fold is killed when it commits, in the middle of a checkpoint and
 * at random, one chain is not ingested for ten minutes, and, where asked, blocks are replaced.
 */
export async function churn(
  world: World,
  index: Index,
  options: { readonly random: () => number; readonly seconds: number; readonly reorgs: boolean },
): Promise<Churned> {
  const { random, seconds } = options;
  const { devnet } = world;
  const done: Churned = { ingestKills: 0, foldKills: 0, reorgs: 0, lateSeconds: 0 };
  const late = pick(chainNames, random);
  for (const chain of chainNames) index.startIngest(chain);
  await index.holdsBlocksOf(late);

  let folding: ChildProcess | null = null;
  const keepFolding = (): void => {
    if (folding !== null && folding.exitCode === null && folding.signalCode === null) return;
    if (folding?.signalCode === 'SIGKILL') done.foldKills += 1;
    else if (folding !== null) throw new Error(`the fold ended with exit code ${folding.exitCode}`);
    folding = index.startFold({ what: pick(['commit', 'checkpoint'], random), nth: 1 + Math.floor(random() * 4) });
  };

  const startTime = devnet.clock.chainTimeAt(Date.now());
  const elapsed = (): number => devnet.clock.chainTimeAt(Date.now()) - startTime;
  let lateSince: number | null = null;
  while (elapsed() < seconds || lateSince !== null) {
    keepFolding();
    if (random() < 0.3) await devnet.mine(pick(chainNames, random), 1 + Math.floor(random() * 4));
    await devnet.advance(5 + Math.floor(random() * 90));
    await sleep(random() * 800);
    if (lateSince === null && done.lateSeconds === 0) {
      await index.killIngest(late);
      lateSince = elapsed();
    } else if (lateSince !== null && elapsed() >= lateSince + 600) {
      done.lateSeconds = elapsed() - lateSince;
      lateSince = null;
      index.startIngest(late);
    }
    if (random() < 0.35) {
      const chain = pick(chainNames, random);
      if (index.isIngesting(chain)) {
        await index.killIngest(chain);
        done.ingestKills += 1;
        if (random() < 0.5) await devnet.advance(5 + Math.floor(random() * 30));
        index.startIngest(chain);
      }
    }
    if (random() < 0.15 && folding !== null) {
      await index.killFold();
      keepFolding();
    }
    if (options.reorgs && random() < 0.5) {
      await devnet.reorg(pick(chainNames, random), 1 + Math.floor(random() * 12), { events: random() < 0.5 });
      done.reorgs += 1;
    }
  }
  // Over HTTP a reorg shows when the chain has grown beyond what it was.
  for (const chain of chainNames) await devnet.mine(chain, 1);
  await index.settled();
  await sleep(random() * 1500);
  keepFolding();
  await index.killFold();
  return done;
}
