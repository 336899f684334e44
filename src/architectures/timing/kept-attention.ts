import { waitingIndices } from '../../components/index-queue/index-queue.ts';
import { mergedQueue, multiplierQueue } from '../../components/kept-attention/kept-attention.ts';
import { reciprocalFraction } from '../../components/reciprocal/reciprocal.ts';
import { Pipeline } from './pipeline.ts';
import { Queue } from './queue.ts';

/** A kept key on its way, or the word that a query keeps none. */
export interface Survivor {
  readonly last: boolean;
}

export interface KeptAttentionSizes {
  readonly tokens: number;
  /** Beats of a result. */
  readonly beats: number;
  readonly scoreQueue: number;
  readonly contexts: number;
}

/** Default of `reciprocal`'s `bitsPerStage`, which no accelerator changes. */
const dividerStages = reciprocalFraction / 2;

/**
 * The timing of `kept_attention`, cycle by cycle: `settle` finds what moves in this cycle, then `step` is the clock edge. Results are
 * taken at once.
 */
export class KeptAttentionTiming {
  private readonly beats: number;
  private readonly contexts: number;
  private readonly multipliers = new Queue<true>(multiplierQueue);
  private readonly scaling = new Pipeline<Survivor>(3);
  private readonly taken: [boolean, boolean] = [false, false];
  private readonly scores: Queue<Survivor>;
  private readonly indices: Queue<Survivor>;
  private index: Survivor | undefined;
  private value: Survivor | undefined;
  private peakTold = false;
  private contextsUsed = 0;
  private readonly peaks: Queue<true>;
  private readonly weighing = new Pipeline<Survivor>(3);
  private multiplied: Survivor | undefined;
  private finishedQuery = false;
  private draining = 0;
  private beat = 0;
  private merging: Survivor | undefined;
  private totalTold = false;
  private readonly merged: Queue<Survivor>;
  private readonly divider = new Pipeline<true>(dividerStages + 1);
  private readonly normaliser = new Pipeline<Survivor>(3);
  private moves = {
    merged: false,
    divider: false,
    mergedFree: false,
    totalFree: false,
    partial: false,
    drainFree: false,
    sum: false,
    weigh: false,
    value: false,
    valueFree: false,
    index: false,
    indexFetch: false,
    peak: false,
    score: false,
    toScores: false,
    toIndices: false,
    fork: false,
    scale: false,
  };

  constructor({ tokens, beats, scoreQueue, contexts }: KeptAttentionSizes) {
    this.beats = beats;
    this.contexts = contexts;
    this.scores = new Queue(scoreQueue);
    this.indices = new Queue(waitingIndices(tokens));
    this.peaks = new Queue(contexts);
    this.merged = new Queue(mergedQueue(beats));
  }

  /** Whether a multiplier is taken in this cycle. */
  get takesMultiplier(): boolean {
    return this.multipliers.takes;
  }

  /** Whether a survivor is taken in this cycle; after `settle`. */
  get takesSurvivor(): boolean {
    return this.multipliers.head !== undefined && this.moves.scale;
  }

  settle(): void {
    const m = this.moves;
    // The output side, back to front.
    const mergedHead = this.merged.head;
    m.merged = mergedHead !== undefined && this.divider.output !== undefined;
    m.divider = this.divider.output === undefined || (m.merged && mergedHead!.last);
    m.mergedFree = this.merging === undefined || this.merged.takes;
    m.totalFree = !this.totalTold || m.divider;
    const partialReady = m.mergedFree && (this.beat > 0 || m.totalFree);
    m.partial = this.draining > 0 && partialReady;
    m.drainFree = this.draining === 0 || (partialReady && this.draining === 1);
    m.sum = !this.finishedQuery || m.drainFree;
    m.weigh = this.weighing.output === undefined || m.sum;
    m.value = this.value !== undefined && this.peaks.head !== undefined && m.weigh;
    m.valueFree = this.value === undefined || m.value;
    m.index = this.index !== undefined && m.valueFree;
    m.indexFetch = this.indices.head !== undefined && (this.index === undefined || m.valueFree);
    m.peak = this.peakTold && this.peaks.takes;
    const scoreTaken = this.contextsUsed < this.contexts && (!this.peakTold || this.peaks.takes);
    m.score = this.scores.head !== undefined && scoreTaken;
    // Scaling, and the fork behind it.
    const scaled = this.scaling.output;
    m.toScores = scaled !== undefined && !this.taken[0] && this.scores.takes;
    m.toIndices = scaled !== undefined && !this.taken[1] && this.indices.takes;
    m.fork = (this.taken[0] || m.toScores) && (this.taken[1] || m.toIndices);
    m.scale = scaled === undefined || m.fork;
  }

  /** The clock edge; what arrives in this cycle. Returns whether a query's last beat of output leaves in it. */
  step(multiplier: boolean, survivor: Survivor | undefined): boolean {
    const m = this.moves;
    this.multipliers.step(multiplier ? true : undefined, survivor?.last === true);
    this.stepSums();
    this.stepScores(survivor);
    const leaves = this.normaliser.output?.last === true;
    this.normaliser.step(true, m.merged ? this.merged.head : undefined);
    this.merged.step(this.merging !== undefined && this.merged.takes ? this.merging : undefined, m.merged);
    this.divider.step(m.divider, this.totalTold ? true : undefined);
    if (m.totalFree) this.totalTold = m.partial && this.beat === 0;
    if (m.mergedFree) this.merging = m.partial ? { last: this.beat === this.beats - 1 } : undefined;
    if (m.partial) this.beat = (this.beat + 1) % this.beats;
    return leaves;
  }

  private stepSums(): void {
    const m = this.moves;
    const weighed = this.weighing.output;
    this.weighing.step(m.weigh, m.value ? this.value : undefined);
    const summed = m.sum && this.multiplied?.last === true;
    if (m.drainFree && this.finishedQuery) this.draining = this.beats;
    else if (m.partial) this.draining--;
    if (m.sum) {
      this.finishedQuery = summed;
      this.multiplied = weighed;
    }
  }

  private stepScores(survivor: Survivor | undefined): void {
    const m = this.moves;
    const scoreEnds = m.score && this.scores.head!.last;
    const valueEnds = m.value && this.value!.last;
    this.peaks.step(m.peak ? true : undefined, valueEnds);
    if (!this.peakTold || m.peak) this.peakTold = scoreEnds;
    this.contextsUsed += (scoreEnds ? 1 : 0) - (valueEnds ? 1 : 0);
    if (m.valueFree) this.value = m.index ? this.index : undefined;
    const indexHead = this.indices.head;
    if (this.index === undefined || m.index) this.index = m.indexFetch ? indexHead : undefined;
    const scaled = this.scaling.output;
    this.indices.step(m.toIndices ? scaled : undefined, m.indexFetch);
    this.scores.step(m.toScores ? scaled : undefined, m.score);
    this.taken[0] = scaled !== undefined && !m.fork && (this.taken[0] || m.toScores);
    this.taken[1] = scaled !== undefined && !m.fork && (this.taken[1] || m.toIndices);
    this.scaling.step(m.scale, survivor);
  }
}
