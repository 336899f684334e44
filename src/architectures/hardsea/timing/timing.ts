import { relevanceLatency } from '../../../components/relevance/relevance.ts';
import { ForkTiming } from '../../timing/fork.ts';
import { KeptAttentionTiming } from '../../timing/kept-attention.ts';
import { Queue } from '../../timing/queue.ts';
import { type HardseaParameters, hardseaShape } from '../parameters.ts';
import { ArrayTiming } from './array.ts';
import { GatherTiming } from './gather.ts';
import { QueryFilterTiming } from './query-filter.ts';
import { RankersTiming } from './rankers.ts';
import { ScanTiming } from './scan.ts';
import type { KeptWord, SelectionHead } from './selection.ts';
import type { OfferedKey } from './split.ts';
import { SurvivorWaysTiming } from './survivor-ways.ts';
import { WordRouteTiming } from './word-route.ts';

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
    const seen = selectionHead(head, p.lanes);
    const split = new ForkTiming(readers);
    const array = new ArrayTiming(p.evaluation);
    const scan = new ScanTiming(relevanceLatency(p), seen.words);
    const rankers = new RankersTiming(p, seen);
    // Told of every query: the value ways, and behind them the filter of query vectors.
    const route = new WordRouteTiming(valueWays + 1);
    const filter = new QueryFilterTiming(p.queriesAhead);
    const multipliers = new Queue<true>(p.queriesAhead);
    const words = new Queue<KeptWord>(p.wordQueue);
    const gather = new GatherTiming(p.units);
    const ways = new SurvivorWaysTiming(p.queriesAhead, valueWays, keptKeys(head, valueWays));
    const attention = new KeptAttentionTiming({ ...p, valueWays, beats });
    const tellable = (reader: number): boolean =>
      reader < valueWays ? ways.takesPresence(reader) : filter.takesPresence;
    let asked = 0;
    let asking: number | undefined;
    let finished = 0;
    let stallCycles = 0;

    for (let cycles = 1; ; cycles++) {
      // What moves, back to front.
      attention.settle();
      const productMoves = ways.settle(gather.output !== undefined, (way) => attention.takesSurvivor(way));
      const gathers = gather.settle(productMoves, filter.output);
      filter.settle();
      const routes = (word?: KeptWord): boolean => route.settle(word, tellable, words.takes);
      const scans = scan.settle(rankers.settle(scan.output?.query, routes));
      const routed = routes(rankers.output);
      const passed = words.takes ? route.output : undefined;
      const crossing = scans ? array.output : undefined;
      const arrayFree = array.settle(crossing !== undefined);
      const ready = [arrayFree, rankers.takesQuery, filter.takesQuery, multipliers.takes];
      const looked = split.look(asking !== undefined, (reader) => ready[reader]!);
      const [drives, seeks, waits, divides] = looked.moves;
      const multiplierMoves = multipliers.head !== undefined && attention.takesMultiplier;
      if (filter.output && gather.idle) stallCycles++;

      // The clock edge.
      const survivors = ways.step((way) => route.presence(way));
      if (attention.step(multiplierMoves, survivors) && ++finished === length) return { cycles, stallCycles };
      gather.step(words.head !== undefined && gathers.word ? words.head : undefined);
      words.step(passed, words.head !== undefined && gathers.word);
      filter.step(waits!, route.presence(valueWays), gathers.query);
      route.step();
      rankers.step(seeks!, routed);
      scan.step(crossing);
      array.step(drives && prune ? asking : undefined, crossing !== undefined);
      multipliers.step(divides ? true : undefined, multiplierMoves);
      split.step(asking !== undefined, looked);
      if (asking === undefined || looked.done) {
        asking = asked < length ? asked : undefined;
        if (asking !== undefined) asked++;
      }
    }
  }
}

/** What the selection sees of a head, in words of `lanes` keys. */
function selectionHead({ length, causal, prune, topK, kept }: HardseaTimedHead, lanes: number): SelectionHead {
  const visible = (query: number): number => (causal ? query + 1 : length);
  return {
    prune,
    ranks: (query) => prune && topK > 0 && topK < visible(query),
    words: (query) => Math.ceil(visible(query) / lanes),
    keptInWord: (query, word) => {
      let keys = 0;
      const end = Math.min(length, (word + 1) * lanes);
      for (let j = word * lanes; j < end; j++) keys += kept[query * length + j] ? 1 : 0;
      return keys;
    },
  };
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
