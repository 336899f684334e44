import { mergedQueue, multiplierQueue } from '../../components/kept-attention/kept-attention.ts';
import { reciprocalFraction } from '../../components/reciprocal/reciprocal.ts';
import { Pipeline } from './pipeline.ts';
import { Queue } from './queue.ts';
import { type Survivor, type ValuePathSizes, ValuePathTiming } from './value-path.ts';

export type { Survivor } from './value-path.ts';

export interface KeptAttentionSizes extends ValuePathSizes {
  readonly valuePaths: number;
}

/** Default of `reciprocal`'s `bitsPerStage`, which no accelerator changes. */
const dividerStages = reciprocalFraction / 2;

/**
 * The timing of `kept_attention`, cycle by cycle: `settle` finds what moves in this cycle, then `step` is the clock edge. Results are
 * taken at once.
 */
export class KeptAttentionTiming {
  private readonly multipliers = new Queue<true>(multiplierQueue);
  private readonly scaling = new Pipeline<Survivor>(3);
  private readonly paths: readonly ValuePathTiming[];
  /** The path that is dealt to, and the one that is collected from. */
  private dealt = 0;
  private collected = 0;
  private merging: Survivor | undefined;
  private totalTold = false;
  private readonly merged: Queue<Survivor>;
  private readonly divider = new Pipeline<true>(dividerStages + 1);
  private readonly normaliser = new Pipeline<Survivor>(3);
  private moves = { merged: false, divider: false, mergedFree: false, totalFree: false, partial: false, fork: false };

  constructor(sizes: KeptAttentionSizes) {
    this.paths = Array.from({ length: sizes.valuePaths }, () => new ValuePathTiming(sizes));
    this.merged = new Queue(mergedQueue(sizes.beats));
  }

  /** Whether a multiplier is taken in this cycle. */
  get takesMultiplier(): boolean {
    return this.multipliers.takes;
  }

  /** Whether a survivor is taken in this cycle; after `settle`. */
  get takesSurvivor(): boolean {
    return this.multipliers.head !== undefined && this.scales;
  }

  private get scales(): boolean {
    return this.scaling.output === undefined || this.moves.fork;
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
    m.fork = false;
    this.paths.forEach((path, n) => {
      path.settle(m.partial && n === this.collected);
      if (path.takes(this.scaling.output !== undefined && n === this.dealt)) m.fork = true;
    });
  }

  /** The clock edge; what arrives in this cycle. Returns whether a query's last beat of output leaves in it. */
  step(multiplier: boolean, survivor: Survivor | undefined): boolean {
    const m = this.moves;
    const scaled = this.scaling.output;
    const partial = m.partial ? this.paths[this.collected]!.output : undefined;
    this.multipliers.step(multiplier ? true : undefined, survivor?.last === true);
    this.paths.forEach((path, n) => path.step(n === this.dealt ? scaled : undefined));
    const scales = this.scales;
    if (m.fork && scaled!.last) this.dealt = (this.dealt + 1) % this.paths.length;
    this.scaling.step(scales, survivor);
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
