import { mergedQueue, multiplierQueue } from '../../components/kept-attention/kept-attention.ts';
import { reciprocalFraction } from '../../components/reciprocal/reciprocal.ts';
import { ForkTiming } from './fork.ts';
import { Pipeline } from './pipeline.ts';
import { Queue } from './queue.ts';
import { type Survivor, type ValuePathSizes } from './value-path.ts';
import { ValueWaysTiming } from './value-ways.ts';

export type { Survivor } from './value-path.ts';

export interface KeptAttentionSizes extends ValuePathSizes {
  readonly valueWays: number;
}

/** Default of `reciprocal`'s `bitsPerStage`, which no accelerator changes. */
const dividerStages = reciprocalFraction / 2;

/**
 * The timing of `kept_attention`, cycle by cycle: `settle` finds what moves in this cycle, then `step` is the clock edge. Results are
 * taken at once.
 */
export class KeptAttentionTiming {
  private readonly multipliers = new Queue<true>(multiplierQueue);
  private readonly multiplierCopies: ForkTiming;
  /** Of each way. */
  private readonly scaling: readonly Pipeline<Survivor>[];
  private readonly scoreMoves: boolean[];
  private readonly values: ValueWaysTiming;
  private merging: Survivor | undefined;
  private totalTold = false;
  private readonly merged: Queue<Survivor>;
  private readonly divider = new Pipeline<true>(dividerStages + 1);
  private readonly normaliser = new Pipeline<Survivor>(3);
  private moves = { merged: false, divider: false, mergedFree: false, totalFree: false, partial: false };

  constructor(sizes: KeptAttentionSizes) {
    const { valueWays } = sizes;
    this.multiplierCopies = new ForkTiming(valueWays);
    this.scaling = Array.from({ length: valueWays }, () => new Pipeline<Survivor>(3));
    this.scoreMoves = this.scaling.map(() => false);
    this.values = new ValueWaysTiming(sizes, valueWays);
    this.merged = new Queue(mergedQueue(sizes.beats));
  }

  /** Whether a multiplier is taken in this cycle. */
  get takesMultiplier(): boolean {
    return this.multipliers.takes;
  }

  /** Whether a survivor of a way is taken in this cycle; after `settle`. */
  takesSurvivor(way: number): boolean {
    return this.multipliers.head !== undefined && this.multiplierCopies.offers(way) && this.scales(way);
  }

  private scales(way: number): boolean {
    return this.scaling[way]!.output === undefined || this.scoreMoves[way]!;
  }

  settle(): void {
    const m = this.moves;
    // The output side, back to front.
    const mergedHead = this.merged.head;
    m.merged = mergedHead !== undefined && this.divider.output !== undefined;
    m.divider = this.divider.output === undefined || (m.merged && mergedHead!.last);
    m.mergedFree = this.merging === undefined || this.merged.takes;
    m.totalFree = !this.totalTold || m.divider;
    const partial = this.values.output;
    m.partial = partial !== undefined && m.mergedFree && (!partial.first || m.totalFree);
    this.values.settle(m.partial);
    this.scaling.forEach((scaling, way) => {
      this.scoreMoves[way] = this.values.takes(way, scaling.output !== undefined);
    });
  }

  /** The clock edge; what arrives in this cycle, `survivors` of each way. Returns whether a query's last beat of output leaves in it. */
  step(multiplier: boolean, survivors: readonly (Survivor | undefined)[]): boolean {
    const m = this.moves;
    const partial = m.partial ? this.values.output : undefined;
    const multiplierHere = this.multipliers.head !== undefined;
    const copied = this.multiplierCopies.look(multiplierHere, (way) => survivors[way]?.last === true);
    this.multiplierCopies.step(multiplierHere, copied);
    this.multipliers.step(multiplier ? true : undefined, copied.done);
    this.values.step(this.scaling.map((scaling) => scaling.output));
    this.scaling.forEach((scaling, way) => scaling.step(this.scales(way), survivors[way]));
    const leaves = this.normaliser.output?.last === true;
    this.normaliser.step(true, m.merged ? this.merged.head : undefined);
    this.merged.step(this.merging !== undefined && this.merged.takes ? this.merging : undefined, m.merged);
    this.divider.step(m.divider, this.totalTold ? true : undefined);
    if (m.totalFree) this.totalTold = partial?.first === true;
    if (m.mergedFree) this.merging = partial && { last: partial.last };
    return leaves;
  }
}
