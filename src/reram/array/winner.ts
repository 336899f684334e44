/**
 * Time-domain winner-take-all: each column charges a capacitor, the larger its current the sooner it crosses. Times are
 * counted in 2^bits steps of a window; who crosses in the same step is a tie, which the lowest index wins. Columns
 * that have not crossed at the window's end share the last step.
 *
 *     time = charge / (current + offset) (1 + jitter)
 *
 * Errors: PR0910 a setting out of range.
 */
import { PrunusError } from '../../errors.ts';
import { deviceTag, normalAt } from '../device/normal.ts';

export interface WinnerSettings {
  readonly columns: number;
  /** Capacitance times threshold voltage, coulombs. */
  readonly charge: number;
  /** Seconds in which times are counted. */
  readonly window: number;
  /** Of the counter, 1 to 24. */
  readonly bits: number;
  /** Amperes, of a column, constant. */
  readonly offsetSigma: number;
  /** Of a crossing time, as a fraction, anew each time. */
  readonly jitterSigma: number;
  readonly seed: number;
}

export class WinnerTakeAll {
  private readonly settings: WinnerSettings;
  private readonly offsets: Float64Array;

  /** Throws PR0910. */
  constructor(settings: WinnerSettings) {
    const { columns, charge, window, bits, offsetSigma, jitterSigma, seed } = settings;
    const fits = Number.isInteger(bits) && bits >= 1 && bits <= 24;
    if (!(fits && charge > 0 && window > 0 && offsetSigma >= 0 && jitterSigma >= 0)) {
      const given = `${bits} bits, charge ${charge}, window ${window}, sigmas ${offsetSigma} and ${jitterSigma}`;
      throw new PrunusError(
        'PR0910',
        `a winner-take-all of ${given} is not possible`,
        'use 1 to 24 bits, a charge and a window above 0, and sigmas of 0 or more',
      );
    }
    this.settings = settings;
    this.offsets = Float64Array.from({ length: columns }, (_, j) =>
      offsetSigma === 0 ? 0 : offsetSigma * normalAt(seed, deviceTag.winner, j, 0),
    );
  }

  /** The step in which column j crosses, 0 to 2^bits - 1. */
  step(j: number, current: number, operation: number): number {
    const { charge, window, bits, jitterSigma, seed } = this.settings;
    const last = 2 ** bits - 1;
    const flowing = current + this.offsets[j];
    if (!(flowing > 0)) return last;
    const jitter = jitterSigma === 0 ? 0 : jitterSigma * normalAt(seed, deviceTag.jitter, j, operation);
    const time = (charge / flowing) * Math.max(0, 1 + jitter);
    return Math.min(last, Math.floor((time / window) * 2 ** bits));
  }

  /** The first `count` columns to cross, in the order in which they do. */
  winners(currents: ArrayLike<number>, operation: number, count = 1): number[] {
    return Array.from(currents, (current, j) => ({ j, step: this.step(j, current, operation) }))
      .toSorted((a, b) => a.step - b.step || a.j - b.j)
      .slice(0, count)
      .map(({ j }) => j);
  }
}
