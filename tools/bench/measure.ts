/** What is made of many figures. */

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
}

/** Half of the way from the least to the most, which is what a reader has to allow for. */
export const spread = (values: readonly number[]): number => (Math.max(...values) - Math.min(...values)) / 2;
