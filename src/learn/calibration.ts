/**
 * What classifications are worth apart from how sure they are: cross entropy at the temperature that suits the logits best (temperature
 * scaling: Guo et al., ICML 2017, arXiv 1706.04599). It tells networks apart that accuracy, which counts a few hundred texts, does not.
 */

/** The largest inverse temperature that is tried: where all are right, the best one is infinite. */
const most = 1024;

/** Mean cross entropy, in nats, at the best temperature. `logits`: one list of classes an example; `labels`: the right class of each. */
export function calibratedLoss(logits: readonly (readonly number[])[], labels: readonly number[]): number {
  const mean = (of: (own: readonly number[], label: number) => number): number =>
    logits.reduce((sum, own, e) => sum + of(own, labels[e]!), 0) / logits.length;
  const powers = (own: readonly number[], inverse: number): number[] => {
    const largest = Math.max(...own);
    return own.map((logit) => Math.exp(inverse * (logit - largest)));
  };
  const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  // The loss is convex in the inverse temperature: its slope has one zero.
  const slope = (inverse: number): number =>
    mean((own, label) => {
      const p = powers(own, inverse);
      return total(p.map((power, c) => power * own[c]!)) / total(p) - own[label]!;
    });
  let [low, high] = [0, most];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return mean((own, label) => Math.log(total(powers(own, low))) - low * (own[label]! - Math.max(...own)));
}
