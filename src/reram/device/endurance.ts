/**
 * Counts writes of lines (a key's column, or a word line) that are rewritten sequence after sequence. A write of
 * several pulses wears by as many.
 *
 * Errors: PR0910 a line that there is none of, or a limit below 1.
 */
import { PrunusError } from '../../errors.ts';

export class Endurance {
  /** Pulses that a line is good for. */
  readonly limit: number;
  private readonly pulses: Float64Array;

  constructor(lines: number, limit: number) {
    if (!(limit >= 1)) throw new PrunusError('PR0910', `an endurance of ${limit} is none`, 'use 1 or more');
    this.limit = limit;
    this.pulses = new Float64Array(lines);
  }

  write(line: number, pulses = 1): void {
    if (!(line in this.pulses)) {
      throw new PrunusError('PR0910', `there is no line ${line}`, `use 0 to ${this.pulses.length - 1}`);
    }
    this.pulses[line] += pulses;
  }

  count(line: number): number {
    return this.pulses[line];
  }

  /** Lines written more often than they are good for, ascending. */
  worn(): number[] {
    return [...this.pulses.keys()].filter((line) => this.pulses[line] > this.limit);
  }

  /** How many more times everything written so far can be done again before a line is worn. */
  repeatsLeft(): number {
    const most = this.pulses.reduce((a, b) => Math.max(a, b), 0);
    return most === 0 ? Infinity : Math.max(0, Math.floor(this.limit / most) - 1);
  }

  /** What to tell a user, or undefined. */
  warning(): string | undefined {
    const worn = this.worn();
    if (worn.length === 0) return undefined;
    const most = Math.max(...worn.map((line) => this.pulses[line]));
    const lines = worn.length === 1 ? '1 line was' : `${worn.length} lines were`;
    return `${lines} written more often than the device's endurance of ${this.limit}: up to ${most} pulses`;
  }
}
