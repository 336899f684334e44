import { relevanceDigits } from '../../../components/relevance-select/relevance-select.ts';
import { relevanceLatency } from '../../../components/relevance/relevance.ts';
import { metQueries } from '../../../components/sram-cim/sram-cim.ts';
import { ForkTiming } from '../../timing/fork.ts';
import { KeptAttentionTiming } from '../../timing/kept-attention.ts';
import { Queue } from '../../timing/queue.ts';
import { type HardseaParameters, hardseaShape, soughtDepth } from '../parameters.ts';
import { ArrayTiming } from './array.ts';
import { GatherTiming } from './gather.ts';
import { ScanTiming } from './scan.ts';
import { WayTiming, WordRouteTiming } from './presence.ts';
import { type KeptWord, SelectionTiming } from './selection.ts';
import { type OfferedKey, SurvivorSplitTiming } from './split.ts';

/** A head as the timing model needs it: which pairs are kept, not what they compute. */
export interface HardseaTimedHead {
  readonly length: number;
  readonly causal: boolean;
  readonly prune: boolean;
  /** 0: by threshold. */
  readonly topK: number;
  /** `[length, length]`, nonzero where query (row) keeps key (column). */
  readonly kept: ArrayLike<number>;
}

/** What the accelerator's counters show at the end of a head. Cycles are clock cycles. */
export interface HardseaTimedResult {
  readonly cycles: number;
  readonly loadCycles: number;
  readonly stallCycles: number;
}

/** Readers of the query split: the array's drive, and three queues. */
const readers = 4;

/**
 * The timing model of HARDSEA: it steps through the clock cycles of the control without any arithmetic on vectors. The host offers loads
 * and queries without a pause and takes results at once.
 */
export class HardseaTiming {
  private readonly p: HardseaParameters;
  private readonly beats: number;

  constructor(p: HardseaParameters) {
    this.p = p;
    this.beats = Math.ceil(p.dim / hardseaShape(p).lanes);
  }

  /** Runs one head. */
  head(head: HardseaTimedHead): HardseaTimedResult {
    return { ...this.run(head), loadCycles: this.load(head) };
  }

  /** Keys are in memory when the last of them is clustered. */
  private load({ length, prune }: HardseaTimedHead): number {
    if (!prune) return length + 2;
    const array = new ArrayTiming(this.p.evaluation);
    let taken = 0;
    let writing = false;
    let clustered = 0;
    for (let cycles = 1; ; cycles++) {
      const told = array.output !== undefined;
      const free = array.settle(told);
      const writeMoves: boolean = writing && free;
      const loads: boolean = taken < length && (!writing || writeMoves);
      if (taken === length && !writing && clustered === length) return cycles;
      array.step(writeMoves ? 0 : undefined, told);
      if (told) clustered++;
      if (loads) taken++;
      if (!writing || writeMoves) writing = loads;
    }
  }

  private run(head: HardseaTimedHead): { cycles: number; stallCycles: number } {
    const { p, beats } = this;
    const { valueWays } = hardseaShape(p);
    const { length, prune } = head;
    const words = (query: number): number => Math.ceil((head.causal ? query + 1 : length) / p.lanes);
    const ranks = (query: number): boolean => prune && head.topK > 0 && head.topK < (head.causal ? query + 1 : length);
    const keptInWord = (query: number, word: number): number => {
      let keys = 0;
      const end = Math.min(length, (word + 1) * p.lanes);
      for (let j = word * p.lanes; j < end; j++) keys += head.kept[query * length + j] ? 1 : 0;
      return keys;
    };
    const array = new ArrayTiming(p.evaluation);
    const scan = new ScanTiming(relevanceLatency(p), words);
    const selections = Array.from(
      { length: p.rankers },
      (_, first) => new SelectionTiming(relevanceDigits(p), { prune, ranks, words, keptInWord }, first, p.rankers),
    );
    const soughtQueues = selections.map(() => new Queue<true>(soughtDepth(p)));
    // The units whose turn it is: to get a query, and to give words.
    let soughtTurn = 0;
    let wordTurn = 0;
    const queryQueue = new Queue<true>(p.queriesAhead);
    const queryPresences = new Queue<boolean>(p.queriesAhead);
    const met = new Queue<true>(metQueries);
    const multipliers = new Queue<true>(p.queriesAhead);
    const route = new WordRouteTiming();
    const presences = new ForkTiming(valueWays + 1);
    const ways = Array.from({ length: valueWays }, () => new WayTiming(p.queriesAhead));
    const wordQueue = new Queue<KeptWord>(p.wordQueue);
    const gather = new GatherTiming(p.units);
    const divide = new SurvivorSplitTiming(valueWays);
    const keys = keptKeys(head, valueWays);
    let key = keys.next().value;
    const attention = new KeptAttentionTiming({ ...p, valueWays, beats });
    const split = new ForkTiming(readers);
    let asked = 0;
    let asking: number | undefined;
    let finished = 0;
    let stallCycles = 0;

    for (let cycles = 1; ; cycles++) {
      // What moves, back to front.
      attention.settle();
      ways.forEach((way, n) => way.settle(attention.takesSurvivor(n)));
      const offered = gather.output && key;
      const dotMoves = divide.settle(offered, (way) => ways[way]!.survivors.takes);
      const gathers = gather.settle(dotMoves, met.head !== undefined);
      const queryKeeps = queryQueue.head && queryPresences.head;
      const filters = queryKeeps === false || (queryKeeps === true && met.takes);
      const wordMoves = wordQueue.head !== undefined && gathers.word;
      const scanned = scan.output && scan.output.query % p.rankers;
      const presencesReady = (way: number): boolean => (ways[way]?.presences ?? queryPresences).takes;
      const routes = (word: KeptWord): boolean => {
        const told = presences.look(route.tells(word), presencesReady).done;
        return route.takes(word, told, wordQueue.takes);
      };
      const selects = selections.map((selection, n) =>
        selection.settle(soughtQueues[n]!.head !== undefined, scanned === n, (word) => n === wordTurn && routes(word)),
      );
      const chosen = selections[wordTurn]!.output;
      const tells = route.tells(chosen);
      const told = presences.look(tells, presencesReady);
      const routed = chosen !== undefined && routes(chosen);
      const passes = route.offers(chosen) && wordQueue.takes;
      const scans = scan.settle(selects.some(({ relevances }) => relevances));
      const crossing = scans ? array.output : undefined;
      const arrayFree = array.settle(crossing !== undefined);
      const ready = [arrayFree, soughtQueues[soughtTurn]!.takes, queryQueue.takes, multipliers.takes];
      const looked = split.look(asking !== undefined, (reader) => ready[reader]!);
      const takes = looked.moves;
      const multiplierMoves = multipliers.head !== undefined && attention.takesMultiplier;
      if (met.head !== undefined && gather.idle) stallCycles++;

      // The clock edge.
      const presence = (way: number): boolean | undefined => (told.moves[way] ? chosen!.keys > 0 : undefined);
      const divided = divide.step(offered);
      const survivors = ways.map((way, n) => way.step(presence(n), divided[n]));
      if (attention.step(multiplierMoves, survivors) && ++finished === length) return { cycles, stallCycles };
      if (dotMoves) key = keys.next().value;
      gather.step(wordMoves ? wordQueue.head : undefined);
      wordQueue.step(passes ? chosen : undefined, wordMoves);
      met.step(queryKeeps === true && filters ? true : undefined, gathers.query);
      queryPresences.step(presence(valueWays), filters);
      presences.step(tells, told);
      route.step(chosen);
      for (const selection of selections) selection.step();
      if (routed && chosen.last) wordTurn = (wordTurn + 1) % p.rankers;
      scan.step(crossing);
      array.step(takes[0] && prune ? asking : undefined, crossing !== undefined);
      soughtQueues.forEach((queue, n) =>
        queue.step(takes[1] && n === soughtTurn ? true : undefined, selects[n]!.sought),
      );
      if (takes[1]) soughtTurn = (soughtTurn + 1) % p.rankers;
      queryQueue.step(takes[2] ? true : undefined, filters);
      multipliers.step(takes[3] ? true : undefined, multiplierMoves);
      split.step(asking !== undefined, looked);
      if (asking === undefined || looked.done) {
        asking = asked < length ? asked : undefined;
        if (asking !== undefined) asked++;
      }
    }
  }
}

/** The kept keys of a head in the order in which they are read. */
function* keptKeys({ length, kept }: HardseaTimedHead, ways: number): Generator<OfferedKey, undefined> {
  for (let query = 0; query < length; query++) {
    const keys: number[] = [];
    for (let j = 0; j < length; j++) if (kept[query * length + j]) keys.push(j);
    for (const [n, j] of keys.entries()) yield { way: j % ways, last: n === keys.length - 1 };
  }
  return undefined;
}
