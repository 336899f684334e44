/**
 * The scale of a noise that is given as a fraction of a full scale.
 *
 * Error: PR0301 a noise too large or not a number.
 */
import { PrunusError } from '../errors.ts';
import { gaussianScale } from '../numerics/random.ts';

/** What `deviate` takes, 0 to 2^31. Throws PR0301 under the parameter's name. */
export function noiseScale(name: string, fraction: number, fullScale: number): number {
  const scale = gaussianScale(fraction * fullScale);
  if (scale >= 0 && scale <= 2 ** 31) return scale;
  const largest = (2 ** 31 / gaussianScale(fullScale)).toPrecision(3);
  const why = `the noise multiplier of a full scale of ${fullScale} units would be ${scale}; 0 to 2^31 is allowed`;
  throw new PrunusError(
    'PR0301',
    `${name} is ${fraction}: ${why}`,
    `use 0 to ${largest}, or fewer bits a cell or line`,
  );
}
