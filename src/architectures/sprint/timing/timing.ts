import { memoryLayout } from '../../../components/main-memory/layout.ts';
import { reciprocalFraction } from '../../../components/reciprocal/reciprocal.ts';
import { type SprintParameters, sprintShape } from '../parameters.ts';
import { mergedQueue } from '../sprint.ts';
import { ChannelTiming } from './channel.ts';
import { CoreletTiming, Pipeline } from './core.ts';
import { Queue } from './queue.ts';
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

/** Default of `reciprocal`'s `bitsPerStage`, which SPRINT does not change. */
const dividerStages = reciprocalFraction / 2;

/**
 * The timing model of SPRINT: it steps through the clock cycles of the control (queues, pipelines, banks, token sets) without any
 * vector arithmetic. The host offers loads and queries without a pause and takes results at once. One object is one accelerator:
 * heads run after each other on it, as on the hardware after one reset.
 */
export class SprintTiming {
  private readonly localTokens: number;
  private readonly beats: number;
  private readonly corelets: CoreletTiming[];
  private readonly channels: ChannelTiming[];
  private readonly routers: RouterTiming;

  constructor(p: SprintParameters) {
    const { localTokens, capacity, lanes, memory } = sprintShape(p);
    this.localTokens = localTokens;
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
    const merged = new Queue<{ last: boolean }>(mergedQueue(this.beats));
    const divider = new Pipeline<true>(dividerStages + 1);
    const normaliser = new Pipeline<{ last: boolean }>(3);
    let asked = 0;
    let asking = false;
    const dispatch = { lookup: false, queries: false, rows: false };
    const lookupTaken = channels.map(() => false);
    const spreadTaken = corelets.map(() => false);
    const keysPending = corelets.map(() => false);
    const valuesPending = corelets.map(() => false);
    const peakPending = corelets.map(() => false);
    let joined = false;
    let selected = -1;
    let merging: { last: boolean } | undefined;
    let telling = false;
    let beat = 0;
    let finished = 0;
    let stallCycles = 0;

    for (let cycles = 1; ; cycles++) {
      // The output side, back to front.
      const normaliserAdvance = true;
      const scaleValid = divider.output !== undefined;
      const mergedHead = merged.head;
      const mergedMoves = mergedHead !== undefined && scaleValid && normaliserAdvance;
      const scaleMoves = mergedMoves && mergedHead.last;
      const dividerAdvance = divider.output === undefined || scaleMoves;
      const mergedFree = merging === undefined || merged.takes;
      const totalFree: boolean = !telling || dividerAdvance;
      const partialReady: boolean = corelets.every((c) => c.draining > 0) && mergedFree && (beat > 0 || totalFree);
      const peakMoves = corelets.map((c, n) => peakPending[n] && c.peaks.takes);
      const stillPending = corelets.some((_, n) => peakPending[n] && !peakMoves[n]);
      const peakAccept = corelets.every((c) => c.told) && !stillPending;

      // Token stores and what they ask for.
      const looks = corelets.map((c) => c.look(partialReady, peakAccept));
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
      const spreadMoves = corelets.map((c, n) => queries.head !== undefined && !spreadTaken[n] && c.queries.takes);
      const spreadDone = queries.head !== undefined && corelets.every((_, n) => spreadTaken[n] || spreadMoves[n]);
      const lookupMoves = channels.map((c, i) => dispatch.lookup && !lookupTaken[i] && c.takesLookup);
      const lookupDone = dispatch.lookup && channels.every((_, i) => lookupTaken[i] || lookupMoves[i]);
      const dispatchFree =
        (!dispatch.lookup || lookupDone) && (!dispatch.queries || queries.takes) && (!dispatch.rows || rows.takes);
      const dispatchAccept: boolean = asking && dispatchFree;
      const queryMoves: boolean = asked < length && (!asking || dispatchAccept);

      // The clock edge.
      channels.forEach((channel, i) => {
        const d = channel.decide(undefined, dispatch.lookup && !lookupTaken[i], fillGrants.includes(i));
        channel.step(d, undefined, readTaken[i] ? routers.asked[i] : undefined, joinAccept);
      });
      corelets.forEach((c, n) => {
        c.cycle(looks[n], {
          partialReady,
          peakReady: peakAccept,
          peak: peakMoves[n],
          query: spreadMoves[n],
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
        spreadTaken[n] = queries.head !== undefined && !spreadDone && (spreadTaken[n] || spreadMoves[n]);
      });
      routers.step(requests, requestGrants, readTaken, leaving, fillGrants);
      if (selectAccept) selected++;
      joined = joinAccept || (joined && !(selectAccept && prune));
      lookupTaken.forEach((taken, i) => {
        if (dispatch.lookup) lookupTaken[i] = !lookupDone && (taken || lookupMoves[i]);
      });
      const queryQueued = dispatch.queries && queries.takes;
      const rowQueued = dispatch.rows && rows.takes;
      queries.step(queryQueued ? true : undefined, spreadDone);
      rows.step(rowQueued ? true : undefined, selectAccept);
      dispatch.lookup = dispatchAccept ? prune : dispatch.lookup && !lookupDone;
      dispatch.queries = dispatchAccept || (dispatch.queries && !queryQueued);
      dispatch.rows = dispatchAccept || (dispatch.rows && !rowQueued);
      if (!asking || dispatchAccept) asking = queryMoves;
      if (queryMoves) asked++;

      // The output side.
      const out = normaliser.output;
      if (out?.last && ++finished === length) return { cycles, stallCycles };
      normaliser.step(normaliserAdvance, mergedMoves ? mergedHead : undefined);
      merged.step(merging !== undefined && merged.takes ? merging : undefined, mergedMoves);
      divider.step(dividerAdvance, telling ? true : undefined);
      if (totalFree) telling = partialReady && beat === 0;
      if (mergedFree) merging = partialReady ? { last: beat === this.beats - 1 } : undefined;
      if (partialReady) beat = (beat + 1) % this.beats;
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
