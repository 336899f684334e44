/**
 * Digital-to-analog converters, one a word line, of binary-weighted unit capacitors. Each converter has capacitors of
 * its own, so each has its own errors; a bit's capacitor is 2^bit units, its relative error that of one unit over
 * the square root of their number.
 *
 * Errors: PR0910 a setting out of range.
 */
import { PrunusError } from '../../errors.ts';
import { deviceTag, normalAt } from '../device/normal.ts';

export interface DacSettings {
  readonly lines: number;
  /** 1 to 8. */
  readonly bits: number;
  /** Volts at the largest code. */
  readonly fullScale: number;
  /** Standard deviation of one unit capacitor, as a fraction. */
  readonly unitSigma: number;
  readonly seed: number;
}

export class Dac {
  private readonly bits: number;
  /** `[lines, 2^bits]` */
  private readonly volts: Float64Array;

  /** Throws PR0910. */
  constructor({ lines, bits, fullScale, unitSigma, seed }: DacSettings) {
    if (!Number.isInteger(bits) || bits < 1 || bits > 8 || !(unitSigma >= 0) || !Number.isFinite(fullScale)) {
      throw new PrunusError(
        'PR0910',
        `a converter of ${bits} bits, ${fullScale} V and sigma ${unitSigma} is not possible`,
        'use 1 to 8 bits, a finite voltage and a sigma of 0 or more',
      );
    }
    this.bits = bits;
    const codes = 2 ** bits;
    this.volts = new Float64Array(lines * codes);
    for (let line = 0; line < lines; line++) {
      const weights = Array.from({ length: bits }, (_, bit) => {
        const units = 2 ** bit;
        return units + unitSigma * Math.sqrt(units) * normalAt(seed, deviceTag.dac, line, bit);
      });
      for (let code = 0; code < codes; code++) {
        const sum = weights.reduce((a, w, bit) => a + ((code >> bit) & 1) * w, 0);
        this.volts[line * codes + code] = (fullScale * sum) / (codes - 1);
      }
    }
  }

  /** Volts on a line for a code from 0 to 2^bits - 1. */
  volt(line: number, code: number): number {
    return this.volts[line * 2 ** this.bits + code];
  }
}
