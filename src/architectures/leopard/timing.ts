import { roundQueue } from '../../components/key-dispatch/key-dispatch.ts';
import { KeptAttentionTiming, type Survivor } from '../timing/kept-attention.ts';
import { Queue } from '../timing/queue.ts';
import { type LeopardParameters, leopardShape } from './parameters.ts';

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

interface Key {
  readonly query: number;
  readonly index: number;
  /** Groups that it takes. */
  readonly groups: number;
  readonly kept: boolean;
  readonly fresh: boolean;
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

  private run(head: LeopardTimedHead): { cycles: number; stallCycles: number } {
    const { p, banks, valueWays, beats } = this;
    const { length, causal, groups, kept } = head;
    const units = p.units;
    const keysOf = (query: number): number => (causal ? query + 1 : length);

    // Sequencer and key dispatch.
    let asked = 0;
    let asking = false;
    let running = false;
    let sent = false;
    let current = 0;
    let fetchQuery = 0;
    let fetchRow = 0;
    let row: { readonly query: number; readonly first: number; readonly keys: number } | undefined;
    let offset = 0;
    let telling = false;
    const knows = new Uint8Array(units);
    const places: (Key | undefined)[] = Array.from({ length: units }, () => undefined);
    // Units.
    const busy: (Key | undefined)[] = Array.from({ length: units }, () => undefined);
    const done = new Uint8Array(units);
    const told: (Key | undefined)[] = Array.from({ length: units }, () => undefined);
    const outcomes = told.map(() => new Queue<Key>(p.outcomeQueue));
    // Collection.
    const rounds = new Queue<true>(roundQueue);
    let number = 0;
    const decided = new Uint32Array(length + 1);
    const ways = Array.from({ length: valueWays }, () => ({
      held: false,
      /** It has said that the present query has ended. */
      told: false,
      /** The unit that comes first in the turn. */
      above: 0,
      granted: -1,
      someWaiting: false,
      moves: false,
      holds: false,
    }));
    const attention = new KeptAttentionTiming({ ...p, valueWays, beats });
    let finished = 0;
    let stallCycles = 0;
    const finishes = new Uint8Array(units);
    const taking: (Key | undefined)[] = Array.from({ length: units }, () => undefined);

    for (let cycles = 1; ; cycles++) {
      attention.settle();

      // Collection.
      const roundHere: boolean = rounds.head !== undefined;
      const ended: boolean = roundHere && decided[number] === keysOf(number);
      const wanted = ended ? number + 1 : number;
      for (const [w, way] of ways.entries()) {
        way.granted = -1;
        for (let i = 0; i < units && way.granted < 0; i++) {
          const n = (way.above + i) % units;
          const t = outcomes[n]!.head;
          if (t?.kept && t.query === wanted && t.index % ways.length === w) way.granted = n;
        }
        way.someWaiting = way.granted >= 0;
        const valid = ended ? !way.told : way.held && way.someWaiting;
        way.moves = valid && attention.takesSurvivor(w);
        way.holds = ended ? way.moves : !way.held || way.moves;
        if (!way.holds) way.granted = -1;
      }

      // Units.
      let stalled = false;
      let waiting = false;
      const queryHere = asking;
      for (let n = 0; n < units; n++) {
        const outcomeFree = told[n] === undefined || outcomes[n]!.takes;
        const key = busy[n];
        const finish = key !== undefined && done[n] === key.groups - 1;
        finishes[n] = finish && outcomeFree ? 1 : 0;
        if (finish && !outcomeFree) stalled = true;
        const place = places[n];
        const mine = place?.fresh && place.query === current;
        if (mine) waiting = true;
        const free = key === undefined || finishes[n] === 1;
        taking[n] = place && free && (!place.fresh || (mine && queryHere)) ? place : undefined;
      }
      if (stalled) stallCycles++;

      // Dispatch.
      const roundFree: boolean = !telling || rounds.takes;
      const claiming = row ? row.query : fetchQuery;
      const queryReady: boolean = running && claiming !== current && !waiting && (sent || attention.takesMultiplier);
      const queryMoves: boolean = queryHere && queryReady;
      const multiplierMoves: boolean = queryHere && !sent && attention.takesMultiplier;
      let next = offset;
      const refills: (Key | undefined | null)[] = places.map((place, n) => {
        if (place && !taking[n]) return null;
        if (!row || next === row.keys) return undefined;
        const index = row.first + next++;
        const at = row.query * length + index;
        return { query: row.query, index, groups: groups[at]!, kept: kept[at] !== 0, fresh: knows[n] === 0 };
      });
      const rowDone: boolean = row !== undefined && next === row.keys;
      const opens = fetchRow === 0;
      const fetch: boolean = running && fetchQuery !== length && (!row || rowDone) && (!opens || roundFree);

      // The clock edge: collection first, which looks at outcomes as they were.
      const closes: boolean = ended && ways.every(({ told: said, moves }) => said || moves);
      for (let n = 0; n < units; n++) {
        const t = outcomes[n]!.head;
        const goes = t !== undefined && (!t.kept || ways.some(({ granted }) => granted === n));
        const outcomeFree: boolean = told[n] === undefined || outcomes[n]!.takes;
        if (goes) decided[t.query]!++;
        outcomes[n]!.step(outcomeFree ? told[n] : undefined, goes);
        if (outcomeFree) told[n] = finishes[n] ? busy[n] : undefined;
      }
      const survivors = ways.map((way): Survivor | undefined => {
        if (way.granted >= 0) way.above = (way.granted + 1) % units;
        if (way.holds) way.held = way.someWaiting;
        way.told = ended && !closes && (way.told || way.moves);
        return way.moves ? { last: ended } : undefined;
      });
      rounds.step(telling && rounds.takes ? true : undefined, closes);
      if (closes) number++;
      for (let n = 0; n < units; n++) {
        const key = busy[n];
        if (key === undefined || finishes[n]) {
          busy[n] = taking[n];
          done[n] = 0;
        } else if (done[n]! < key.groups - 1) done[n]!++;
        const refill = refills[n];
        if (refill !== null) places[n] = refill;
        if (fetch && opens) knows[n] = 0;
        else if (refill) knows[n] = 1;
      }
      if (roundFree) telling = fetch && opens;
      offset = fetch ? 0 : next;
      if (!row || rowDone) row = undefined;
      if (fetch) {
        const first = fetchRow * banks;
        const last = first + banks >= keysOf(fetchQuery);
        row = { query: fetchQuery, first, keys: last ? keysOf(fetchQuery) - first : banks };
        fetchRow = last ? 0 : fetchRow + 1;
        if (last) fetchQuery++;
      }
      if (queryHere) {
        running = true;
        sent = !queryReady && (sent || multiplierMoves);
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
