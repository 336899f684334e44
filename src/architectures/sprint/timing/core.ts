import type { SprintParameters } from '../parameters.ts';
import { DivisionTiming } from './division.ts';
import { Pipeline } from '../../timing/pipeline.ts';
import { Queue } from '../../timing/queue.ts';
import { StoreTiming, type Token } from './store.ts';
import type { WordSet } from './set.ts';

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

  /** Only with normalisation `probability`. */
  readonly division: DivisionTiming | undefined;

  private readonly contexts: number;
  private readonly beats: number;
  private readonly scoring: Pipeline<Token>;
  private readonly weighing: Pipeline<Token>;
  private multiplied: Token | undefined;
  private finished = false;
  /** Queries whose scores are held. */
  private held = 0;

  constructor(p: SprintParameters, localTokens: number, capacity: number, beats: number) {
    this.keys = new StoreTiming(localTokens, capacity);
    this.values = new StoreTiming(localTokens, capacity);
    const divides = p.normalisation === 'probability';
    this.contexts = divides ? 2 * p.contexts : p.contexts;
    this.division = divides ? new DivisionTiming(localTokens, this.contexts) : undefined;
    this.beats = beats;
    this.valueKeep = new Queue(this.contexts + 2);
    this.peaks = new Queue(this.contexts);
    // The score, two tables, their product; with division the product with the reciprocal, and its shift.
    this.weighing = new Pipeline(divides ? 5 : 3);
    // Products, the tree, scaling, shifting, saturation.
    this.scoring = new Pipeline(treeLatency(p.dim, p.treeStep) + 4);
  }

  /** One clock edge; `s` is what `look` said in the same cycle, the rest is what comes from outside. */
  step(
    s: ReturnType<CoreletTiming['look']>,
    input: {
      /** A beat of the drain is taken. */
      partialReady: boolean;
      /** The told peak is taken. */
      peakReady: boolean;
      /** A peak over all CORELETs waits. */
      peak: boolean;
      /** The sum of this CORELET's weights is taken; the reciprocal of all arrives. */
      totalReady: boolean;
      scale: boolean;
      query: boolean;
      keyKeep: WordSet | undefined;
      valueKeep: WordSet | undefined;
      keyFill: number | undefined;
      valueFill: number | undefined;
      keyRequestReady: boolean;
      valueRequestReady: boolean;
    },
  ): void {
    const { keys, values, division } = this;
    const scoreOut = this.scoring.output;
    const scoreEnds = s.scoreMoves && scoreOut!.last;
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
    const peaks = this.lookPeak(input.peak);
    this.peaks.step(peaks.moves[0] ? true : undefined, valueEnds);
    division?.step(s.scores, scoreOut, peaks, input.peak, input.totalReady, input.scale, valueEnds);
  }

  /** Whether a peak that waits is taken. */
  lookPeak(valid: boolean): { moves: boolean[]; done: boolean } {
    if (this.division) return this.division.lookPeaks(valid, this.peaks.takes);
    const moved = valid && this.peaks.takes;
    return { moves: [moved], done: moved };
  }

  /** Readiness within a cycle, from the output back to the inputs. */
  look(partialReady: boolean, peakReady: boolean) {
    const drainFree = this.draining === 0 || (partialReady && this.draining === 1);
    const sumAdvance = !this.finished || drainFree;
    const weighAdvance = this.weighing.output === undefined || sumAdvance;
    const scaled = this.division === undefined || this.division.scales.head !== undefined;
    const valueTokensReady = this.peaks.head !== undefined && scaled && weighAdvance;
    const scoresReady = this.held < this.contexts && (!this.told || peakReady);
    const scoreValid = this.scoring.output !== undefined;
    const moved = scoreValid && scoresReady;
    const scores = this.division?.lookScores(scoreValid, scoresReady) ?? { moves: [moved], done: moved };
    const scoreAdvance = !scoreValid || scores.done;
    const keyTokensReady = this.queries.head !== undefined && scoreAdvance;
    return {
      drainFree,
      sumAdvance,
      weighAdvance,
      scores,
      scoreMoves: scores.moves[0],
      scoreAdvance,
      keyTokensReady,
      valueTokensReady,
      keys: this.keys.look(keyTokensReady),
      values: this.values.look(valueTokensReady),
    };
  }
}
