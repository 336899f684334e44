/**
 * A comparator a column: an offset of its own that stays, hysteresis about its last decision, and a band of inputs so
 * near the threshold that it does not resolve them in time. There it decides by a random number of its column and
 * operation, so that the same seed gives the same decisions.
 *
 * Errors: PR0910 a setting out of range.
 */
import { PrunusError } from '../../errors.ts';
import { random } from '../../numerics/random.ts';
import { deviceTag, normalAt } from '../device/normal.ts';

export interface ComparatorSettings {
  readonly columns: number;
  /** In the unit of what is compared, as all of these. */
  readonly offsetSigma: number;
  /** Between the thresholds for rising and for falling inputs. */
  readonly hysteresis: number;
  /** Half-width of the unresolved band. */
  readonly metastable: number;
  readonly seed: number;
}

export class Comparators {
  /** One a column, constant. */
  readonly offsets: Float64Array;
  private readonly settings: ComparatorSettings;
  private readonly last: Uint8Array;

  /** Throws PR0910. */
  constructor(settings: ComparatorSettings) {
    const { columns, offsetSigma, hysteresis, metastable, seed } = settings;
    for (const [name, value] of Object.entries({ offsetSigma, hysteresis, metastable })) {
      if (value >= 0 && value < Infinity) continue;
      throw new PrunusError('PR0910', `a comparator's ${name} of ${value} is not possible`, 'use 0 or more');
    }
    this.settings = settings;
    this.last = new Uint8Array(columns);
    this.offsets = Float64Array.from({ length: columns }, (_, j) =>
      offsetSigma === 0 ? 0 : offsetSigma * normalAt(seed, deviceTag.comparator, j, 0),
    );
  }

  /** Whether column j's input reaches the threshold (equal does); remembers it for the hysteresis. */
  decide(j: number, input: number, threshold: number, operation: number): boolean {
    const { hysteresis, metastable, seed } = this.settings;
    const above = input + this.offsets[j] - threshold + (this.last[j] ? hysteresis / 2 : -hysteresis / 2);
    const unresolved = metastable > 0 && Math.abs(above) < metastable;
    const high = unresolved ? random(seed, deviceTag.metastable, j, operation) >= 2 ** 31 : above >= 0;
    this.last[j] = Number(high);
    return high;
  }

  /** Forgets decisions: all low, as after a reset. */
  reset(): void {
    this.last.fill(0);
  }
}
