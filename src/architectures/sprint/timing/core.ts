import type { SprintParameters } from '../parameters.ts';
import { Queue } from './queue.ts';
import { StoreTiming, type Token } from './store.ts';
import type { WordSet } from './set.ts';

/** A pipeline of a fixed number of stages that moves as a whole. */
export class Pipeline<T> {
  readonly stages: (T | undefined)[];

  constructor(length: number) {
    this.stages = Array.from({ length }, () => undefined);
  }

  get output(): T | undefined {
    return this.stages[this.stages.length - 1];
  }

  step(advance: boolean, put: T | undefined): void {
    if (!advance) return;
    this.stages.pop();
    this.stages.unshift(put);
  }
}

/** Register levels of the query-key unit's adder tree. */
function treeLatency(dim: number, step: number): number {
  const levels = Math.ceil(Math.log2(dim));
  return Math.ceil(levels / step);
}

/** The timing of a CORELET: two token stores, scoring, weighing, summing. */
export class CoreletTiming {
  readonly keys: StoreTiming;
  readonly values: StoreTiming;
  readonly queries = new Queue<true>(2);
  readonly valueKeep: Queue<WordSet>;
  readonly peaks: Queue<true>;
  /** The largest score of a query is known and waits to be compared with the other CORELETs'. */
  told = false;
  /** A finished query drains: beats that are left; 0 when the drain is free. */
  draining = 0;

  private readonly contexts: number;
  private readonly beats: number;
  private readonly scoring: Pipeline<Token>;
  private readonly weighing = new Pipeline<Token>(3);
  private multiplied: Token | undefined;
  private finished = false;
  /** Queries whose scores are held. */
  private held = 0;

  constructor(p: SprintParameters, localTokens: number, capacity: number, beats: number) {
    this.keys = new StoreTiming(localTokens, capacity);
    this.values = new StoreTiming(localTokens, capacity);
    this.contexts = p.contexts;
    this.beats = beats;
    this.valueKeep = new Queue(p.contexts + 2);
    this.peaks = new Queue(p.contexts);
    // Products, the tree, scaling, shifting, saturation.
    this.scoring = new Pipeline(treeLatency(p.dim, p.treeStep) + 4);
  }

  /**
   * One clock edge; `s` is what `look` said in the same cycle. `partialReady`: a beat of the drain is taken; `peakReady`: the told peak is taken; `peak`: a global peak
   * arrives; then what arrives from outside.
   */
  cycle(
    s: ReturnType<CoreletTiming['look']>,
    input: {
      partialReady: boolean;
      peakReady: boolean;
      peak: boolean;
      query: boolean;
      keyKeep: WordSet | undefined;
      valueKeep: WordSet | undefined;
      keyFill: number | undefined;
      valueFill: number | undefined;
      keyRequestReady: boolean;
      valueRequestReady: boolean;
    },
  ): void {
    const { keys, values } = this;
    const scoreOut = this.scoring.output;
    const scoreMoves = scoreOut !== undefined && s.scoresReady;
    const scoreEnds = scoreMoves && scoreOut.last;
    const keyMoves = keys.leaving !== undefined && s.keyTokensReady;
    const queryDone = keyMoves && keys.leaving!.last;
    const valueMoves = values.leaving !== undefined && s.valueTokensReady;
    const valueEnds = valueMoves && values.leaving!.last;
    const weighed = this.weighing.output;
    const addLast = this.multiplied !== undefined && s.sumAdvance && this.multiplied.last;
    const load = this.finished && s.drainFree;

    // Summing.
    if (load) this.draining = this.beats;
    else if (this.draining > 0 && input.partialReady) this.draining--;
    if (s.sumAdvance) {
      this.finished = addLast;
      this.multiplied = weighed;
    }
    // Weighing and scoring.
    this.weighing.step(s.weighAdvance, valueMoves ? values.leaving : undefined);
    this.scoring.step(s.scoreAdvance, keyMoves ? keys.leaving : undefined);
    if (!this.told || input.peakReady) this.told = scoreEnds;
    this.held += (scoreEnds ? 1 : 0) - (valueEnds ? 1 : 0);
    // Stores and queues.
    keys.step(s.keys, input.keyKeep, input.keyFill, input.keyRequestReady);
    const valueKeep = this.valueKeep.head;
    const valueKeepMoves = valueKeep !== undefined && s.values.takesKeep;
    values.step(s.values, valueKeepMoves ? valueKeep : undefined, input.valueFill, input.valueRequestReady);
    this.valueKeep.step(input.valueKeep, valueKeepMoves);
    this.queries.step(input.query ? true : undefined, queryDone);
    this.peaks.step(input.peak ? true : undefined, valueEnds);
  }

  /** Readiness within a cycle, from the output back to the inputs. */
  look(partialReady: boolean, peakReady: boolean) {
    const drainFree = this.draining === 0 || (partialReady && this.draining === 1);
    const sumAdvance = !this.finished || drainFree;
    const weighAdvance = this.weighing.output === undefined || sumAdvance;
    const valueTokensReady = this.peaks.head !== undefined && weighAdvance;
    const scoresReady = this.held < this.contexts && (!this.told || peakReady);
    const scoreAdvance = this.scoring.output === undefined || scoresReady;
    const keyTokensReady = this.queries.head !== undefined && scoreAdvance;
    return {
      drainFree,
      sumAdvance,
      weighAdvance,
      scoresReady,
      scoreAdvance,
      keyTokensReady,
      valueTokensReady,
      keys: this.keys.look(keyTokensReady),
      values: this.values.look(valueTokensReady),
    };
  }
}
