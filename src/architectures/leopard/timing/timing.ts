import { KeptAttentionTiming } from '../../timing/kept-attention.ts';
import { type LeopardParameters, leopardShape } from '../parameters.ts';
import { CollectionTiming } from './collection.ts';
import { DispatchTiming } from './dispatch.ts';
import { UnitTiming } from './unit.ts';

/** A head as the timing model needs it: how long each key takes, and which are kept, not what they compute. */
export interface LeopardTimedHead {
  readonly length: number;
  readonly causal: boolean;
  /** `[length, length]`, groups of bits that query (row) looks at of key (column). */
  readonly groups: ArrayLike<number>;
  /** `[length, length]`, nonzero where query (row) keeps key (column). */
  readonly kept: ArrayLike<number>;
}

/** What the accelerator's counters show at the end of a head. Cycles are clock cycles. */
export interface LeopardTimedResult {
  readonly cycles: number;
  readonly loadCycles: number;
  readonly stallCycles: number;
}

/**
 * The timing model of LeOPArd: it steps through the clock cycles of the control without any arithmetic on vectors. The host offers loads
 * and queries without a pause and takes results at once.
 */
export class LeopardTiming {
  private readonly p: LeopardParameters;
  private readonly banks: number;
  private readonly valueWays: number;
  private readonly beats: number;

  constructor(p: LeopardParameters) {
    this.p = p;
    const { banks, valueWays, lanes } = leopardShape(p);
    this.banks = banks;
    this.valueWays = valueWays;
    this.beats = Math.ceil(p.dim / lanes);
  }

  /** Runs one head. */
  head(head: LeopardTimedHead): LeopardTimedResult {
    return { ...this.run(head), loadCycles: head.length + 2 };
  }

  private run({ length, causal, groups, kept }: LeopardTimedHead): { cycles: number; stallCycles: number } {
    const { p, banks, valueWays, beats } = this;
    const keysOf = (query: number): number => (causal ? query + 1 : length);
    const key = (query: number, index: number) => {
      const at = query * length + index;
      return { groups: groups[at]!, kept: kept[at] !== 0 };
    };
    const dispatch = new DispatchTiming({ length, keysOf, key }, banks, p.units);
    const units = Array.from({ length: p.units }, () => new UnitTiming(p.outcomeQueue));
    const collection = new CollectionTiming(valueWays, length, keysOf);
    const attention = new KeptAttentionTiming({ ...p, valueWays, beats });
    // The query that the sequencer offers: whether there is one, has been one, and whether its multiplier has gone ahead.
    let asked = 0;
    let asking = false;
    let running = false;
    let sent = false;
    /** The query that units take. */
    let current = 0;
    let finished = 0;
    let stallCycles = 0;

    for (let cycles = 1; ; cycles++) {
      // What moves, back to front.
      attention.settle();
      const outcomes = units.map(({ outcome }) => outcome);
      collection.settle(outcomes, (way) => attention.takesSurvivor(way));
      for (const unit of units) unit.settle();
      if (units.some(({ stalls }) => stalls)) stallCycles++;
      let waiting = false;
      const taking = units.map((unit, n) => {
        const place = dispatch.place(n);
        const fresh = place?.fresh === true;
        const mine = fresh && place.query === current;
        waiting ||= mine;
        return unit.free && (!fresh || (mine && asking)) ? place : undefined;
      });
      dispatch.settle(running, (n) => taking[n] !== undefined, collection.takesRound);
      const multiplierFree: boolean = sent || attention.takesMultiplier;
      const queryTaken = running && dispatch.claiming !== current && !waiting;
      const queryMoves: boolean = asking && queryTaken && multiplierFree;
      const multiplierMoves: boolean = asking && !sent && attention.takesMultiplier;

      // The clock edge: outcomes are collected as they were.
      const collected = units.map((_, n) => collection.takesOutcome(n, outcomes[n]));
      const survivors = collection.step(outcomes, dispatch.tells);
      units.forEach((unit, n) => unit.step(collected[n]!, taking[n]));
      dispatch.step();
      if (asking) {
        running = true;
        sent = !queryMoves && (sent || multiplierMoves);
      }
      if (queryMoves) current++;
      if (!asking || queryMoves) {
        asking = asked < length;
        if (asking) asked++;
      }
      if (attention.step(multiplierMoves, survivors) && ++finished === length) return { cycles, stallCycles };
    }
  }
}
