import type { Operation } from '../../schema/chains-config.ts';
import type { ChainProgress } from '../../store/fold-store.ts';

/** The step end at or before a time, seconds. */
export function floorTo(time: number, stepSeconds: number): number {
  return Math.floor(time / stepSeconds) * stepSeconds;
}

/** The newest closing time that every chain is indexed past; -1 without chains. */
export function coveredThrough(chains: readonly Pick<ChainProgress, 'toTime'>[], stepSeconds: number): number {
  return chains.length === 0 ? -1 : floorTo(Math.min(...chains.map((chain) => chain.toTime)) - 1, stepSeconds);
}

/** The newest closing time that every chain is finalised past; -1 without chains. */
export function finalThrough(chains: readonly Pick<ChainProgress, 'finalisedTime'>[], stepSeconds: number): number {
  return chains.length === 0 ? -1 : floorTo(Math.min(...chains.map((chain) => chain.finalisedTime)) - 1, stepSeconds);
}

/**
 * How far the fold runs provisionally: all that every chain covers. At the head, what some chain has covered for
 * `holdBackMsMax`, too, but never when the slowest lies more than `speculationSecondsMax` behind: catching up follows the
 * slowest chain, so that nothing is folded twice. And never less far than what is published: after a restart or a reorg
 * that is folded again, however far a chain lags by now.
 */
export class Pace {
  readonly #stepSeconds: number;
  readonly #operation: Pick<Operation, 'speculationSecondsMax' | 'holdBackMsMax'>;
  /** When (ms) each furthest covered time was first seen, ascending. */
  readonly #sightings: { readonly time: number; readonly at: number }[] = [];

  constructor(stepSeconds: number, operation: Pick<Operation, 'speculationSecondsMax' | 'holdBackMsMax'>) {
    this.#stepSeconds = stepSeconds;
    this.#operation = operation;
  }

  provisionalThrough(chains: readonly Pick<ChainProgress, 'toTime'>[], nowMs: number, publishedTime: number): number {
    return Math.max(this.#allowedThrough(chains, nowMs), publishedTime);
  }

  #allowedThrough(chains: readonly Pick<ChainProgress, 'toTime'>[], nowMs: number): number {
    const covered = coveredThrough(chains, this.#stepSeconds);
    const furthest = Math.max(...chains.map((chain) => coveredThrough([chain], this.#stepSeconds)));
    if (furthest > (this.#sightings.at(-1)?.time ?? -1)) this.#sightings.push({ time: furthest, at: nowMs });
    const heldSince = nowMs - this.#operation.holdBackMsMax;
    while ((this.#sightings[1]?.at ?? Number.POSITIVE_INFINITY) <= heldSince) this.#sightings.shift();
    const first = this.#sightings[0];
    if (!first || first.at > heldSince || furthest - covered > this.#operation.speculationSecondsMax) return covered;
    return Math.max(covered, Math.min(first.time, furthest));
  }
}
