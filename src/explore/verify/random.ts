/** Random choices that are a function of seed and case number, so that any case can be made again by itself. */
import { mix } from '../../numerics/random.ts';

export class Random {
  private state: number;

  constructor(seed: number, index: number) {
    this.state = mix((mix(seed >>> 0) ^ Math.imul(index + 1, 0x9e3779b9)) >>> 0);
  }

  /** A 32-bit word. */
  word(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    return mix(this.state);
  }

  /** In [0, 1). */
  unit(): number {
    return this.word() / 2 ** 32;
  }

  /** A whole number in [low, high]; up to 2^52 apart. */
  integer(low: number, high: number): number {
    const span = high - low + 1;
    return span <= 2 ** 32
      ? low + Math.floor(this.unit() * span)
      : low + Math.floor(((this.word() & 0xfffff) * 2 ** 32 + this.word()) * (span / 2 ** 52));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)]!;
  }

  /** Standard normal. */
  gaussian(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }
}
