import { mergedQueue, multiplierQueue } from '../../components/kept-attention/kept-attention.ts';
import { reciprocalFraction } from '../../components/reciprocal/reciprocal.ts';
import { ForkTiming } from './fork.ts';
import { Pipeline } from './pipeline.ts';
import { Queue } from './queue.ts';
import { type Survivor, type ValuePathSizes } from './value-path.ts';
import { ValueWaysTiming } from './value-ways.ts';

export type { Survivor } from './value-path.ts';

export interface KeptAttentionSizes extends ValuePathSizes {
  readonly valuePaths: number;
  /** 1 if it is left out. */
  readonly valueWays?: number;
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
  /** Of each way, like `dealt`. */
  private readonly scaling: readonly Pipeline<Survivor>[];
  private readonly paths: readonly ValueWaysTiming[];
  /** The path that is dealt to, and the one that is collected from. */
  private readonly dealt: number[];
  private collected = 0;
  private merging: Survivor | undefined;
  private totalTold = false;
  private readonly merged: Queue<Survivor>;
  private readonly divider = new Pipeline<true>(dividerStages + 1);
  private readonly normaliser = new Pipeline<Survivor>(3);
  private readonly scoreMoves: boolean[];
  private moves = { merged: false, divider: false, mergedFree: false, totalFree: false, partial: false };

  constructor(sizes: KeptAttentionSizes) {
    const ways = sizes.valueWays ?? 1;
    this.multiplierCopies = new ForkTiming(ways);
    this.scaling = Array.from({ length: ways }, () => new Pipeline<Survivor>(3));
    this.dealt = this.scaling.map(() => 0);
    this.scoreMoves = this.scaling.map(() => false);
    this.paths = Array.from({ length: sizes.valuePaths }, () => new ValueWaysTiming(sizes, ways));
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
    const partial = this.paths[this.collected]!.output;
    m.partial = partial !== undefined && m.mergedFree && (!partial.first || m.totalFree);
    this.paths.forEach((path, n) => path.settle(m.partial && n === this.collected));
    this.scaling.forEach((scaling, way) => {
      this.scoreMoves[way] = false;
      this.paths.forEach((path, n) => {
        if (path.takes(way, scaling.output !== undefined && n === this.dealt[way])) this.scoreMoves[way] = true;
      });
    });
  }

  /** The clock edge; what arrives in this cycle, `survivors` of each way. Returns whether a query's last beat of output leaves in it. */
  step(multiplier: boolean, survivors: readonly (Survivor | undefined)[]): boolean {
    const m = this.moves;
    const partial = m.partial ? this.paths[this.collected]!.output : undefined;
    const multiplierHere = this.multipliers.head !== undefined;
    const copied = this.multiplierCopies.look(multiplierHere, (way) => survivors[way]?.last === true);
    this.multiplierCopies.step(multiplierHere, copied);
    this.multipliers.step(multiplier ? true : undefined, copied.done);
    this.paths.forEach((path, n) =>
      path.step(this.scaling.map((scaling, way) => (n === this.dealt[way] ? scaling.output : undefined))),
    );
    this.scaling.forEach((scaling, way) => {
      const scales = this.scales(way);
      if (this.scoreMoves[way] && scaling.output!.last) this.dealt[way] = (this.dealt[way]! + 1) % this.paths.length;
      scaling.step(scales, survivors[way]);
    });
    const leaves = this.normaliser.output?.last === true;
    this.normaliser.step(true, m.merged ? this.merged.head : undefined);
    this.merged.step(this.merging !== undefined && this.merged.takes ? this.merging : undefined, m.merged);
    this.divider.step(m.divider, this.totalTold ? true : undefined);
    if (m.totalFree) this.totalTold = partial?.first === true;
    if (m.mergedFree) this.merging = partial && { last: partial.last };
    if (partial?.last) this.collected = (this.collected + 1) % this.paths.length;
    return leaves;
  }
}
