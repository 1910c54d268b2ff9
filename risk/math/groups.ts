import { capWeights } from './cap-weights.ts';
import { columnOf } from './column-of.ts';
import { weightedMedian } from './weighted-median.ts';

/** Where a source votes, and its relative weight there. */
export type Place = { readonly group: string; readonly weight: number };

/** Who votes together, groups in order of their ids; the columns pair by position. */
export type Groups<Member> = {
  readonly ids: readonly string[];
  readonly members: readonly (readonly Member[])[];
  /** Of each the largest of its members'. */
  readonly rawWeights: readonly number[];
  /** The same after the cap; they sum to 1. */
  readonly weights: readonly number[];
};

/**
 * Puts members that vote once together into groups. Members keep their order.
 * @param groupWeightMax cap of a group's weight, see `capWeights`
 * Source: risk model 3, "Groups".
 */
export function groupsOf<Member>(
  members: readonly Member[],
  placeOf: (member: Member) => Place,
  groupWeightMax: number,
): Groups<Member> {
  const found = new Map<string, { readonly members: Member[]; weight: number }>();
  for (const member of members) {
    const { group: id, weight } = placeOf(member);
    const group = found.get(id);
    if (group === undefined) found.set(id, { members: [member], weight });
    else {
      group.members.push(member);
      group.weight = Math.max(group.weight, weight);
    }
  }
  const ids = [...found.keys()].sort();
  const membersOf: Member[][] = [];
  const rawWeights: number[] = [];
  for (const id of ids) {
    const { members, weight } = found.get(id) as { readonly members: Member[]; readonly weight: number };
    membersOf.push(members);
    rawWeights.push(weight);
  }
  return { ids, members: membersOf, rawWeights, weights: capWeights(rawWeights, groupWeightMax) };
}

/** What each group says: the median of its members' values, the midpoint of the inner two where they are even. */
export function mediansOf<Member>({ members }: Groups<Member>, valueIn: (member: Member) => number): number[] {
  return columnOf(members, (ofGroup) => {
    if (ofGroup.length === 1) return valueIn(ofGroup[0] as Member);
    const values = columnOf(ofGroup, valueIn);
    return weightedMedian(
      values,
      columnOf(values, () => 1),
    );
  });
}

/** The weighted median over groups of what each says; null without any. */
export function medianOverGroups(
  { weights }: Pick<Groups<unknown>, 'weights'>,
  medians: readonly number[],
): number | null {
  return medians.length === 0 ? null : weightedMedian(medians, weights);
}
