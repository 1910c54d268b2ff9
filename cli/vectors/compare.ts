/** What the model says against what a vector expects. */
export interface Comparison {
  /** Largest absolute difference between two numbers. */
  readonly largestError: number;
  /** One line per difference beyond the tolerance: where, found, expected. */
  readonly differences: readonly string[];
}

/** Compares two JSON values leaf by leaf; numbers may differ by `tolerance`, everything else must be the same. */
export function compare(found: unknown, expected: unknown, tolerance: number, path = ''): Comparison {
  if (typeof found === 'number' && typeof expected === 'number') {
    const error = Math.abs(found - expected);
    return error <= tolerance ? { largestError: error, differences: [] } : different(path, found, expected, error);
  }
  if (Array.isArray(found) && Array.isArray(expected)) {
    if (found.length !== expected.length) return different(`${path}.length`, found.length, expected.length);
    return merge(found.map((member, i) => compare(member, expected[i], tolerance, `${path}[${i}]`)));
  }
  if (isRecord(found) && isRecord(expected)) {
    const keys = [...new Set([...Object.keys(found), ...Object.keys(expected)])].sort();
    return merge(keys.map((key) => compare(found[key], expected[key], tolerance, path ? `${path}.${key}` : key)));
  }
  return found === expected ? { largestError: 0, differences: [] } : different(path, found, expected);
}

export function merge(comparisons: readonly Comparison[]): Comparison {
  return {
    largestError: comparisons.reduce((largest, { largestError }) => Math.max(largest, largestError), 0),
    differences: comparisons.flatMap(({ differences }) => differences),
  };
}

function different(path: string, found: unknown, expected: unknown, error = 0): Comparison {
  const show = (value: unknown) => (value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value)));
  return {
    largestError: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error,
    differences: [`${path}: found ${show(found)}, expected ${show(expected)}`],
  };
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
