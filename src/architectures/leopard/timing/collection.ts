import { roundQueue } from '../../../components/key-dispatch/key-dispatch.ts';
import type { Survivor } from '../../timing/kept-attention.ts';
import { Queue } from '../../timing/queue.ts';
import type { Key } from './unit.ts';

interface Way {
  held: boolean;
  /** It has said that the present query has ended. */
  told: boolean;
  /** The unit that comes first in the turn. */
  above: number;
  granted: number | undefined;
  someWaiting: boolean;
  moves: boolean;
  holds: boolean;
}

/** The collection of outcomes: a kept key a cycle and way, as many pruned ones as there are; queries end in order. */
export class CollectionTiming {
  private readonly rounds = new Queue<true>(roundQueue);
  private readonly ways: readonly Way[];
  private readonly keysOf: (query: number) => number;
  private readonly decided: Uint32Array;
  private query = 0;
  private ended = false;

  /** `keysOf(query)`: how many it sees, of `queries`. */
  constructor(valueWays: number, queries: number, keysOf: (query: number) => number) {
    this.keysOf = keysOf;
    this.decided = new Uint32Array(queries + 1);
    this.ways = Array.from({ length: valueWays }, () => ({
      held: false,
      told: false,
      above: 0,
      granted: undefined,
      someWaiting: false,
      moves: false,
      holds: false,
    }));
  }

  /** Whether it can be told of another query. */
  get takesRound(): boolean {
    return this.rounds.takes;
  }

  /** What moves, when the units have `outcomes` and `takes` tells which ways' readers are free. */
  settle(outcomes: readonly (Key | undefined)[], takes: (way: number) => boolean): void {
    const { query } = this;
    this.ended = this.rounds.head !== undefined && this.decided[query] === this.keysOf(query);
    const { ended } = this;
    const wanted = ended ? query + 1 : query;
    for (const [w, way] of this.ways.entries()) {
      const first = this.firstOf(outcomes, w, wanted);
      way.someWaiting = first !== undefined;
      const valid = ended ? !way.told : way.held && way.someWaiting;
      way.moves = valid && takes(w);
      way.holds = ended ? way.moves : !way.held || way.moves;
      way.granted = way.holds ? first : undefined;
    }
  }

  /** The first unit in a way's turn that has a kept key of the query there. */
  private firstOf(outcomes: readonly (Key | undefined)[], w: number, query: number): number | undefined {
    const units = outcomes.length;
    for (let i = 0; i < units; i++) {
      const n = (this.ways[w]!.above + i) % units;
      const outcome = outcomes[n];
      if (outcome?.kept && outcome.query === query && outcome.index % this.ways.length === w) return n;
    }
    return undefined;
  }

  /** Whether a unit's outcome is collected in this cycle. */
  takesOutcome(unit: number, outcome: Key | undefined): boolean {
    return outcome !== undefined && (!outcome.kept || this.ways.some(({ granted }) => granted === unit));
  }

  /** The clock edge; `round`: a query is told of. Returns what each way gets. */
  step(outcomes: readonly (Key | undefined)[], round: boolean): (Survivor | undefined)[] {
    const { ended, ways } = this;
    const closes = ended && ways.every(({ told, moves }) => told || moves);
    for (const [n, outcome] of outcomes.entries()) {
      if (this.takesOutcome(n, outcome)) this.decided[outcome!.query]!++;
    }
    const survivors = ways.map((way): Survivor | undefined => {
      if (way.granted !== undefined) way.above = (way.granted + 1) % outcomes.length;
      if (way.holds) way.held = way.someWaiting;
      way.told = ended && !closes && (way.told || way.moves);
      return way.moves ? { last: ended } : undefined;
    });
    this.rounds.step(round && this.rounds.takes ? true : undefined, closes);
    if (closes) this.query++;
    return survivors;
  }
}
