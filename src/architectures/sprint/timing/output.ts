import { reciprocalFraction } from '../../../components/reciprocal/reciprocal.ts';
import { mergedQueue } from '../sprint.ts';
import type { CoreletTiming } from './core.ts';
import { ForkTiming } from '../../timing/fork.ts';
import { Pipeline } from '../../timing/pipeline.ts';
import { Queue } from '../../timing/queue.ts';

interface Beat {
  readonly last: boolean;
}

/** What the output side decides in one cycle. */
export interface OutputLook {
  /** A beat of every CORELET's drain is taken. */
  readonly partialReady: boolean;
  /** Every CORELET's sum of weights is taken (normalisation `probability`). */
  readonly totalReady: boolean;
  /** CORELETs that are given the reciprocal of the sum. */
  readonly scales: readonly boolean[];
}

/** From the CORELETs' partial results to the accelerator's result. */
export interface OutputTiming {
  look(corelets: readonly CoreletTiming[]): OutputLook;
  /** One clock edge; true when a query's last beat leaves. */
  step(look: OutputLook): boolean;
}

/** Default of `reciprocal`'s `bitsPerStage`, which SPRINT does not change; and a stage that normalises. */
const dividerStages = reciprocalFraction / 2 + 1;

const draining = (corelets: readonly CoreletTiming[]): boolean => corelets.every((c) => c.draining > 0);

/** Beats of a query as `merge` counts them. */
class Beats {
  private beat = 0;
  private readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  get first(): boolean {
    return this.beat === 0;
  }

  take(): Beat {
    const last = this.beat === this.count - 1;
    this.beat = last ? 0 : this.beat + 1;
    return { last };
  }
}

/** `merge`, the queue of beats, `reciprocal` and `normaliser`. */
export class DeferredOutput implements OutputTiming {
  private readonly beats: Beats;
  private readonly merged: Queue<Beat>;
  private readonly divider = new Pipeline<true>(dividerStages);
  private readonly normaliser = new Pipeline<Beat>(3);
  private merging: Beat | undefined;
  private telling = false;

  constructor(beats: number) {
    this.beats = new Beats(beats);
    this.merged = new Queue(mergedQueue(beats));
  }

  private get mergedMoves(): boolean {
    return this.merged.head !== undefined && this.divider.output !== undefined;
  }

  private get dividerAdvance(): boolean {
    return this.divider.output === undefined || (this.mergedMoves && this.merged.head!.last);
  }

  look(corelets: readonly CoreletTiming[]): OutputLook {
    const mergedFree = this.merging === undefined || this.merged.takes;
    const totalFree = !this.telling || this.dividerAdvance;
    const partialReady = draining(corelets) && mergedFree && (!this.beats.first || totalFree);
    return { partialReady, totalReady: false, scales: [] };
  }

  step({ partialReady }: OutputLook): boolean {
    const { merged, divider, normaliser, mergedMoves, dividerAdvance } = this;
    const leaves = normaliser.output?.last ?? false;
    const mergedFree = this.merging === undefined || merged.takes;
    const totalFree = !this.telling || dividerAdvance;
    normaliser.step(true, mergedMoves ? merged.head : undefined);
    divider.step(dividerAdvance, this.telling ? true : undefined);
    merged.step(this.merging !== undefined && merged.takes ? this.merging : undefined, mergedMoves);
    if (totalFree) this.telling = partialReady && this.beats.first;
    if (mergedFree) this.merging = partialReady ? this.beats.take() : undefined;
    return leaves;
  }
}

/** `total_merge`, `reciprocal` and the fork of its result; `merge` and `saturate`. */
export class DividedOutput implements OutputTiming {
  private readonly beats: Beats;
  private readonly divider = new Pipeline<true>(dividerStages);
  private readonly scaleCopies: ForkTiming;
  private readonly saturate = new Pipeline<Beat>(1);
  private merging: Beat | undefined;
  private telling = false;
  private given: ReturnType<ForkTiming['look']> = { moves: [], done: false };

  constructor(beats: number, corelets: number) {
    this.beats = new Beats(beats);
    this.scaleCopies = new ForkTiming(corelets);
  }

  look(corelets: readonly CoreletTiming[]): OutputLook {
    this.given = this.scaleCopies.look(this.divider.output !== undefined, (n) => corelets[n].division!.scales.takes);
    const dividerAdvance = this.divider.output === undefined || this.given.done;
    return {
      partialReady: draining(corelets),
      totalReady: corelets.every((c) => c.division!.telling) && (!this.telling || dividerAdvance),
      scales: this.given.moves,
    };
  }

  step({ partialReady, totalReady }: OutputLook): boolean {
    const valid = this.divider.output !== undefined;
    const dividerAdvance = !valid || this.given.done;
    const leaves = this.saturate.output?.last ?? false;
    this.saturate.step(true, this.merging);
    this.merging = partialReady ? this.beats.take() : undefined;
    this.scaleCopies.step(valid, this.given);
    this.divider.step(dividerAdvance, this.telling ? true : undefined);
    if (!this.telling || dividerAdvance) this.telling = totalReady;
    return leaves;
  }
}
