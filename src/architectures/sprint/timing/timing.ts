import { memoryLayout } from '../../../components/main-memory/layout.ts';
import { type SprintParameters, sprintShape } from '../parameters.ts';
import { ChannelTiming } from './channel.ts';
import { CoreletTiming } from './core.ts';
import { ForkTiming } from '../../timing/fork.ts';
import { DeferredOutput, DividedOutput } from './output.ts';
import { Queue } from '../../timing/queue.ts';
import { RouterTiming } from './routers.ts';
import { add, emptySet, type WordSet } from './set.ts';

/** A head as the timing model needs it: which pairs are kept, not what they compute. */
export interface TimedHead {
  /** Tokens and queries of the head. */
  readonly length: number;
  /** Whether queries are thresholded in memory; off: every valid key is kept. */
  readonly prune: boolean;
  /** `[length, length]`, nonzero where query (row) keeps key (column); masks are already applied. */
  readonly kept: ArrayLike<number>;
}

/** What the accelerator's counters show at the end of a head. Cycles are clock cycles. */
export interface TimedResult {
  readonly cycles: number;
  readonly loadCycles: number;
  readonly stallCycles: number;
  readonly keysKept: number;
  readonly keysFetched: number;
  readonly keysReused: number;
  readonly valuesFetched: number;
  readonly valuesReused: number;
}

/**
 * The timing model of SPRINT: it steps through the clock cycles of the control (queues, pipelines, banks, token sets) without any
 * vector arithmetic. The host offers loads and queries without a pause and takes results at once. One object is one accelerator:
 * heads run after each other on it, as on the hardware after one reset.
 */
export class SprintTiming {
  private readonly localTokens: number;
  private readonly beats: number;
  private readonly divides: boolean;
  private readonly corelets: CoreletTiming[];
  private readonly channels: ChannelTiming[];
  private readonly routers: RouterTiming;

  constructor(p: SprintParameters) {
    const { localTokens, capacity, lanes, memory } = sprintShape(p);
    this.localTokens = localTokens;
    this.divides = p.normalisation === 'probability';
    this.beats = Math.ceil(p.dim / lanes);
    this.corelets = Array.from({ length: p.corelets }, () => new CoreletTiming(p, localTokens, capacity, this.beats));
    this.channels = Array.from(
      { length: p.memory.channels },
      () => new ChannelTiming(p, memoryLayout(memory).bankTokens),
    );
    this.routers = new RouterTiming(p.tokens, p.memory.channels, p.corelets);
  }

  /** Runs one head. */
  head(head: TimedHead): TimedResult {
    for (const c of this.corelets) {
      c.keys.clear();
      c.values.clear();
    }
    const loadCycles = this.load(head.length);
    const { cycles, stallCycles } = this.run(head);
    const sum = (f: (c: CoreletTiming) => number) => this.corelets.reduce((n, c) => n + f(c), 0);
    return {
      cycles,
      loadCycles,
      stallCycles,
      keysKept: sum((c) => c.keys.given),
      keysFetched: sum((c) => c.keys.fetched),
      keysReused: sum((c) => c.keys.reused),
      valuesFetched: sum((c) => c.values.fetched),
      valuesReused: sum((c) => c.values.reused),
    };
  }

  /** Cycles of the load phase: keys and values are written to memory. */
  private load(length: number): number {
    const { channels } = this;
    let taken = 0;
    let written = 0;
    let writing: number | undefined;
    for (let cycles = 1; ; cycles++) {
      if (written === length && channels.every((c) => c.idle)) return cycles;
      let moved = false;
      for (const [c, channel] of channels.entries()) {
        const here = writing !== undefined && writing % channels.length === c ? writing : undefined;
        const d = channel.decide(here, false, true);
        channel.step(d, here, undefined, true);
        moved ||= d.write;
      }
      if (moved) written++;
      if (writing === undefined || moved) writing = taken < length ? taken++ : undefined;
    }
  }

  private run({ length, prune, kept }: TimedHead): { cycles: number; stallCycles: number } {
    const { corelets, channels, routers } = this;
    const lanes = corelets.length;
    const selections = this.selections(length, kept);
    const queries = new Queue<true>(4);
    const rows = new Queue<true>(4);
    const output = this.divides ? new DividedOutput(this.beats, lanes) : new DeferredOutput(this.beats);
    const lookups = new ForkTiming(channels.length);
    const spread = new ForkTiming(lanes);
    let asked = 0;
    let asking = false;
    const dispatch = { lookup: false, queries: false, rows: false };
    const keysPending = corelets.map(() => false);
    const valuesPending = corelets.map(() => false);
    const peakPending = corelets.map(() => false);
    let joined = false;
    let selected = -1;
    let finished = 0;
    let stallCycles = 0;

    for (let cycles = 1; ; cycles++) {
      // The output side, back to front.
      const out = output.look(corelets);
      const peakMoves = corelets.map((c, n) => c.lookPeak(peakPending[n]).done);
      const stillPending = corelets.some((_, n) => peakPending[n] && !peakMoves[n]);
      const peakAccept = corelets.every((c) => c.told) && !stillPending;

      // Token stores and what they ask for.
      const looks = corelets.map((c) => c.look(out.partialReady, peakAccept));
      if (looks.some((l) => l.keys.starved || l.values.starved)) stallCycles++;
      const requests = routers.ports.map(
        ({ lane, value }) => (value ? corelets[lane].values : corelets[lane].keys).asking,
      );
      const readTaken = channels.map((c, i) => routers.asked[i] !== undefined && c.takesRead(routers.asked[i]!.token));
      const requestGrants = routers.grantRequests(requests, readTaken);
      const leaving = channels.map((c) => c.leaving);
      const fillGrants = routers.grantFills(leaving);
      const fills = [...routers.filling];

      // Selection.
      const keyMoves = corelets.map((_, n) => keysPending[n] && looks[n].keys.takesKeep);
      const valueMoves = corelets.map((c, n) => valuesPending[n] && c.valueKeep.takes);
      const selectFree = corelets.every(
        (_, n) => (!keysPending[n] || keyMoves[n]) && (!valuesPending[n] || valueMoves[n]),
      );
      const rowWaits = rows.head !== undefined;
      const selectAccept: boolean = rowWaits && (joined || !prune) && selectFree;
      const joinAccept: boolean = channels.every((c) => c.prunedValid) && (!joined || (selectAccept && prune));

      // Queries: spread over the CORELETs, dispatch.
      const queryWaits = queries.head !== undefined;
      const spreads = spread.look(queryWaits, (n) => corelets[n].queries.takes);
      const lookupOut = dispatch.lookup;
      const looked = lookups.look(lookupOut, (c) => channels[c].takesLookup);
      const dispatchFree =
        (!dispatch.lookup || looked.done) && (!dispatch.queries || queries.takes) && (!dispatch.rows || rows.takes);
      const dispatchAccept: boolean = asking && dispatchFree;
      const queryMoves: boolean = asked < length && (!asking || dispatchAccept);

      // The clock edge.
      channels.forEach((channel, i) => {
        const d = channel.decide(undefined, lookupOut && lookups.offers(i), fillGrants.includes(i));
        channel.step(d, undefined, readTaken[i] ? routers.asked[i] : undefined, joinAccept);
      });
      corelets.forEach((c, n) => {
        c.step(looks[n], {
          partialReady: out.partialReady,
          peakReady: peakAccept,
          peak: peakPending[n],
          totalReady: out.totalReady,
          scale: out.scales[n] ?? false,
          query: spreads.moves[n],
          keyKeep: keyMoves[n] ? selections[selected][n].slice() : undefined,
          valueKeep: valueMoves[n] ? selections[selected][n].slice() : undefined,
          keyFill: fills[n],
          valueFill: fills[lanes + n],
          keyRequestReady: requestGrants.includes(n),
          valueRequestReady: requestGrants.includes(lanes + n),
        });
        peakPending[n] = peakAccept || (peakPending[n] && !peakMoves[n]);
        keysPending[n] = selectAccept || (keysPending[n] && !keyMoves[n]);
        valuesPending[n] = selectAccept || (valuesPending[n] && !valueMoves[n]);
      });
      routers.step(requests, requestGrants, readTaken, leaving, fillGrants);
      if (selectAccept) selected++;
      joined = joinAccept || (joined && !(selectAccept && prune));
      lookups.step(lookupOut, looked);
      spread.step(queryWaits, spreads);
      const queryQueued = dispatch.queries && queries.takes;
      const rowQueued = dispatch.rows && rows.takes;
      queries.step(queryQueued ? true : undefined, spreads.done);
      rows.step(rowQueued ? true : undefined, selectAccept);
      dispatch.lookup = dispatchAccept ? prune : dispatch.lookup && !looked.done;
      dispatch.queries = dispatchAccept || (dispatch.queries && !queryQueued);
      dispatch.rows = dispatchAccept || (dispatch.rows && !rowQueued);
      if (!asking || dispatchAccept) asking = queryMoves;
      if (queryMoves) asked++;

      if (output.step(out) && ++finished === length) return { cycles, stallCycles };
    }
  }

  /** Kept tokens of each query, split over the CORELETs: token j is number floor(j / N) of CORELET j mod N. */
  private selections(length: number, kept: ArrayLike<number>): WordSet[][] {
    const lanes = this.corelets.length;
    return Array.from({ length }, (_, i) => {
      const sets = this.corelets.map(() => emptySet(this.localTokens));
      for (let j = 0; j < length; j++) if (kept[i * length + j]) add(sets[j % lanes], Math.floor(j / lanes));
      return sets;
    });
  }
}
