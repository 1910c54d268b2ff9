/**
 * What `valueIn` finds in each member, in their order. Pushed, not mapped: once the engine has compiled a `map` it makes
 * another kind of array there, and whatever handles the column is compiled anew.
 */
export function columnOf<Member>(
  members: readonly Member[],
  valueIn: (member: Member, position: number) => number,
): number[] {
  const column: number[] = [];
  for (let i = 0; i < members.length; i++) column.push(valueIn(members[i] as Member, i));
  return column;
}
