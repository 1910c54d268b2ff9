/**
 * Random numbers without state: a draw depends on the seed, a stream name and an index only, so a price can be asked for
 * in any order. 32-bit integer arithmetic and the exact operations of IEEE 754 give the same values on every machine.
 */
export interface DrawStream {
  /** Uniform on [0, 1), a multiple of 2^-32. */
  uniform(index: number): number;
  /** Mean 0, variance 1, bounded by 2 * sqrt(3): the centred sum of four uniforms. */
  bell(index: number): number;
}

export function drawStream(seed: number, name: string): DrawStream {
  let key = mix(seed ^ 0x9e3779b9);
  for (let i = 0; i < name.length; i++) key = mix(key ^ Math.imul(name.charCodeAt(i) + 1, 0x85ebca6b));
  const word = (index: number): number => mix(mix(key ^ Math.imul(index, 0x9e3779b1)) + key);
  const sqrt3 = Math.sqrt(3);
  return {
    uniform: (index) => word(index) / 4294967296,
    bell: (index) => {
      const base = index * 4;
      const sum = word(base) + word(base + 1) + word(base + 2) + word(base + 3);
      return (sum / 4294967296 - 2) * sqrt3;
    },
  };
}

/** The finaliser of MurmurHash3: a bijection of 32-bit integers that changes half the bits for one. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
