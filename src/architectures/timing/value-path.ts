import { waitingIndices } from '../../components/index-queue/index-queue.ts';
import { Pipeline } from './pipeline.ts';
import { Queue } from './queue.ts';

/** A kept key on its way, or the word that a query keeps none. */
export interface Survivor {
  readonly last: boolean;
}

export interface ValuePathSizes {
  readonly tokens: number;
  /** Beats of a result. */
  readonly beats: number;
  readonly scoreQueue: number;
  readonly contexts: number;
}

/**
 * The timing of `value_path`, cycle by cycle: `settle` and `takes` find what moves in this cycle, then `step` is the clock edge. The largest
 * score of a query goes out (`peakTold`), and that of all ways comes back.
 */
export class ValuePathTiming {
  private readonly beats: number;
  private readonly contexts: number;
  private readonly taken: [boolean, boolean] = [false, false];
  private readonly scores: Queue<Survivor>;
  private readonly indices: Queue<Survivor>;
  private index: Survivor | undefined;
  private value: Survivor | undefined;
  private told = false;
  private contextsUsed = 0;
  private readonly peaks: Queue<true>;
  private readonly weighing = new Pipeline<Survivor>(3);
  private multiplied: Survivor | undefined;
  private finishedQuery = false;
  private draining = 0;
  private beat = 0;
  private moves = {
    partial: false,
    drainFree: false,
    sum: false,
    weigh: false,
    value: false,
    valueFree: false,
    index: false,
    indexFetch: false,
    peakTaken: false,
    score: false,
    toScores: false,
    toIndices: false,
    fork: false,
  };

  constructor({ tokens, beats, scoreQueue, contexts }: ValuePathSizes) {
    this.beats = beats;
    this.contexts = contexts;
    this.scores = new Queue(scoreQueue);
    this.indices = new Queue(waitingIndices(tokens));
    this.peaks = new Queue(contexts);
  }

  /** The beat at the output. */
  get output(): { readonly first: boolean; readonly last: boolean } | undefined {
    return this.draining > 0 ? { first: this.beat === 0, last: this.beat === this.beats - 1 } : undefined;
  }

  /** Whether the largest score of a query is known and waits to be taken. */
  get peakTold(): boolean {
    return this.told;
  }

  /** Whether a peak is taken that is offered. */
  get takesPeak(): boolean {
    return this.peaks.takes;
  }

  /** What moves when `partialTaken` and `peakTaken` tell whether the output does, and the largest score. */
  settle(partialTaken: boolean, peakTaken: boolean): void {
    const m = this.moves;
    m.partial = partialTaken;
    m.drainFree = this.draining === 0 || (partialTaken && this.draining === 1);
    m.sum = !this.finishedQuery || m.drainFree;
    m.weigh = this.weighing.output === undefined || m.sum;
    m.value = this.value !== undefined && this.peaks.head !== undefined && m.weigh;
    m.valueFree = this.value === undefined || m.value;
    m.index = this.index !== undefined && m.valueFree;
    m.indexFetch = this.indices.head !== undefined && (this.index === undefined || m.valueFree);
    m.peakTaken = peakTaken;
    const scoreTaken = this.contextsUsed < this.contexts && (!this.told || peakTaken);
    m.score = this.scores.head !== undefined && scoreTaken;
  }

  /** Whether a score is taken in this cycle that is offered, if it is; after `settle`. */
  takes(offered: boolean): boolean {
    const m = this.moves;
    m.toScores = offered && !this.taken[0] && this.scores.takes;
    m.toIndices = offered && !this.taken[1] && this.indices.takes;
    m.fork = (this.taken[0] || m.toScores) && (this.taken[1] || m.toIndices);
    return m.fork;
  }

  /** The clock edge; `scaled`: the score that is offered; `peak`: a peak arrives. */
  step(scaled: Survivor | undefined, peak: boolean): void {
    const m = this.moves;
    this.stepSums();
    this.stepScores(scaled, peak);
    if (m.partial) this.beat = (this.beat + 1) % this.beats;
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

  private stepScores(scaled: Survivor | undefined, peak: boolean): void {
    const m = this.moves;
    const scoreEnds = m.score && this.scores.head!.last;
    const valueEnds = m.value && this.value!.last;
    this.peaks.step(peak ? true : undefined, valueEnds);
    if (!this.told || m.peakTaken) this.told = scoreEnds;
    this.contextsUsed += (scoreEnds ? 1 : 0) - (valueEnds ? 1 : 0);
    if (m.valueFree) this.value = m.index ? this.index : undefined;
    const indexHead = this.indices.head;
    if (this.index === undefined || m.index) this.index = m.indexFetch ? indexHead : undefined;
    this.indices.step(m.toIndices ? scaled : undefined, m.indexFetch);
    this.scores.step(m.toScores ? scaled : undefined, m.score);
    this.taken[0] = scaled !== undefined && !m.fork && (this.taken[0] || m.toScores);
    this.taken[1] = scaled !== undefined && !m.fork && (this.taken[1] || m.toIndices);
  }
}
