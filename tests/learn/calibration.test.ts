/** Loss at the best temperature. */
import { expect, test } from 'vitest';
import { calibratedLoss } from '../../src/learn/calibration.ts';

const logits = [
  [2, 0],
  [0, 3],
  [1, 0],
  [0, 1],
  [0.5, 0],
]; // the last two are the wrong way round below
const labels = [0, 1, 0, 0, 1];

const lossAt = (inverse: number) =>
  logits.reduce((sum, own, e) => {
    const [right, wrong] = labels[e] === 0 ? own : own.toReversed();
    return sum + Math.log1p(Math.exp(inverse * (wrong! - right!)));
  }, 0) / logits.length;

test('is the least of the losses at all temperatures', () => {
  const least = Math.min(...Array.from({ length: 4000 }, (_, n) => lossAt(n / 1000)));
  expect(calibratedLoss(logits, labels)).toBeCloseTo(least, 6);
});

test('does not depend on how sure the network is', () => {
  const surer = logits.map((own) => own.map((logit) => 7 * logit));
  expect(calibratedLoss(surer, labels)).toBeCloseTo(calibratedLoss(logits, labels), 9);
});

test('is 0 where all are right, and what guessing costs where logits say nothing', () => {
  expect(
    calibratedLoss(
      [
        [1, 0],
        [0, 1],
      ],
      [0, 1],
    ),
  ).toBeCloseTo(0, 9);
  expect(
    calibratedLoss(
      [
        [5, 5],
        [5, 5],
      ],
      [0, 1],
    ),
  ).toBeCloseTo(Math.log(2), 9);
  expect(
    calibratedLoss(
      [
        [1, 0],
        [0, 1],
      ],
      [1, 0],
    ),
  ).toBeCloseTo(Math.log(2), 9);
});
