/** Of each distribution that is compared with a formula. */
export const draws = 100_000;

/** Mean and standard deviation of what `draw` gives, and how far from those expected, in standard errors. */
export function deviation(draw: (n: number) => number, mean: number, sigma: number, count = draws): [number, number] {
  let sum = 0;
  let square = 0;
  for (let n = 0; n < count; n++) {
    const x = draw(n) - mean;
    sum += x;
    square += x * x;
  }
  const found = Math.sqrt((square - (sum * sum) / count) / (count - 1));
  if (sigma === 0) return [sum === 0 ? 0 : Infinity, found === 0 ? 0 : Infinity];
  return [sum / count / (sigma / Math.sqrt(count)), (found - sigma) / (sigma / Math.sqrt(2 * (count - 1)))];
}
