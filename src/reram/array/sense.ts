/**
 * Sense amplifiers, one a column, that read one bit from a current against a reference. A difference smaller than what
 * the amplifier resolves leaves the output as the reference side wins: 0.
 *
 * Errors: PR0910 a setting out of range.
 */
import { PrunusError } from '../../errors.ts';
import { deviceTag, normalAt } from '../device/normal.ts';

export interface SenseSettings {
  readonly columns: number;
  /** Amperes. */
  readonly reference: number;
  /** Amperes, of an amplifier, constant. */
  readonly offsetSigma: number;
  /** The smallest difference that it resolves, amperes. */
  readonly resolution: number;
  readonly seed: number;
}

export class SenseAmplifiers {
  readonly offsets: Float64Array;
  private readonly settings: SenseSettings;

  /** Throws PR0910. */
  constructor(settings: SenseSettings) {
    const { columns, reference, offsetSigma, resolution, seed } = settings;
    if (!(offsetSigma >= 0 && resolution >= 0 && Number.isFinite(reference))) {
      throw new PrunusError(
        'PR0910',
        `a sense amplifier of reference ${reference}, sigma ${offsetSigma}, resolution ${resolution} is not possible`,
        'use a finite reference, and a sigma and resolution of 0 or more',
      );
    }
    this.settings = settings;
    this.offsets = Float64Array.from({ length: columns }, (_, j) =>
      offsetSigma === 0 ? 0 : offsetSigma * normalAt(seed, deviceTag.sense, j, 0),
    );
  }

  /** 1 where the current exceeds the reference by at least the resolution. */
  read(j: number, current: number): 0 | 1 {
    const { reference, resolution } = this.settings;
    const above = current + this.offsets[j] - reference;
    return above > 0 && above >= resolution ? 1 : 0;
  }
}
