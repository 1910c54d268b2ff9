import type { NumberFilter } from './types.generated.ts';

/** The part / whole in units of 1e-18, rounded down. `whole` above zero. */
export function wadOf(part: bigint, whole: bigint): bigint {
  return (part * 10n ** 18n) / whole;
}

/**
 * Does an on-chain number with so many decimals meet a filter? Bounds are compared exactly as their decimal digits say:
 * near a bound a double of the number itself may round to the other side. Null, unknown, meets no bound.
 */
export function meets(filter: NumberFilter | null | undefined, decimals: number): (value: bigint | null) => boolean {
  const bounds = (['gt', 'gte', 'lt', 'lte'] as const).flatMap((kind) => {
    const bound = filter?.[kind];
    return typeof bound === 'number' ? [{ kind, ...exactly(bound) }] : [];
  });
  if (bounds.length === 0) return () => true;
  return (value) =>
    value !== null &&
    bounds.every(({ kind, digits, exponent }) => {
      // value / 10^decimals against digits * 10^exponent, both as integers.
      const shift = exponent + decimals;
      const scaled = shift < 0 ? value * 10n ** BigInt(-shift) : value;
      const bound = shift > 0 ? digits * 10n ** BigInt(shift) : digits;
      return kind === 'gt'
        ? scaled > bound
        : kind === 'gte'
          ? scaled >= bound
          : kind === 'lt'
            ? scaled < bound
            : scaled <= bound;
    });
}

/** A double as its shortest decimal digits say: 1.05 is 105 * 10^-2. */
function exactly(value: number): { readonly digits: bigint; readonly exponent: number } {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
