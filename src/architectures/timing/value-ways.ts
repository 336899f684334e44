import { type Survivor, type ValuePathSizes, ValuePathTiming } from './value-path.ts';

/**
 * The timing of the value paths that share a query's keys: one at each way. With several, their largest scores are compared by a `peak`, which
 * takes them together, and `merge` takes their results together.
 */
export class ValueWaysTiming {
  private readonly ways: readonly ValuePathTiming[];
  /** Of a `peak`: the ways that have not taken the present one. */
  private readonly pending: boolean[];
  private readonly taken: boolean[];
  private accepts = false;

  constructor(sizes: ValuePathSizes, ways: number) {
    const local = { ...sizes, tokens: Math.ceil(sizes.tokens / ways) };
    this.ways = Array.from({ length: ways }, () => new ValuePathTiming(local));
    this.pending = this.ways.map(() => false);
    this.taken = this.ways.map(() => false);
  }

  /** The beat that all ways have at their outputs. */
  get output(): ValuePathTiming['output'] {
    return this.ways.every((way) => way.output !== undefined) ? this.ways[0]!.output : undefined;
  }

  /** What moves when `partialTaken` tells whether the output does. */
  settle(partialTaken: boolean): void {
    const [only] = this.ways;
    if (this.ways.length === 1) {
      this.taken[0] = only!.peakTold && only!.takesPeak;
      only!.settle(partialTaken, this.taken[0]);
      return;
    }
    this.ways.forEach((way, n) => {
      this.taken[n] = this.pending[n]! && way.takesPeak;
    });
    this.accepts = this.ways.every((way) => way.peakTold) && this.pending.every((p, n) => !p || this.taken[n]);
    for (const way of this.ways) way.settle(partialTaken, this.accepts);
  }

  /** Whether a way takes a score in this cycle that is offered, if it is; after `settle`. */
  takes(way: number, offered: boolean): boolean {
    return this.ways[way]!.takes(offered);
  }

  /** The clock edge; `scaled`: the scores that are offered. */
  step(scaled: readonly (Survivor | undefined)[]): void {
    this.ways.forEach((way, n) => {
      way.step(scaled[n], this.taken[n]!);
      this.pending[n] = this.accepts || (this.pending[n]! && !this.taken[n]);
    });
  }
}
