import { waitingSurvivors } from '../../../components/survivor-ways/survivor-ways.ts';
import type { Survivor } from '../../timing/kept-attention.ts';
import { Queue } from '../../timing/queue.ts';
import { type OfferedKey, SurvivorSplitTiming } from './split.ts';

/** The timing of `survivor_ways`: dot products to the value ways that hold their keys, and empty packets for queries that keep none. */
export class SurvivorWaysTiming {
  private readonly keys: Iterator<OfferedKey, undefined>;
  private readonly split: SurvivorSplitTiming;
  private readonly ways: readonly WayTiming[];
  private key: OfferedKey | undefined;
  private offered: OfferedKey | undefined;
  private moves = false;

  /** `keys`: those whose dot products come, in their order. */
  constructor(queriesAhead: number, ways: number, keys: Iterator<OfferedKey, undefined>) {
    this.split = new SurvivorSplitTiming(ways);
    this.ways = Array.from({ length: ways }, () => new WayTiming(queriesAhead));
    this.keys = keys;
    this.key = keys.next().value;
  }

  takesPresence(way: number): boolean {
    return this.ways[way]!.presences.takes;
  }

  /** Whether the dot product, if there is one, is taken; `takes`: which ways take a survivor. */
  settle(product: boolean, takes: (way: number) => boolean): boolean {
    this.ways.forEach((way, n) => way.settle(takes(n)));
    this.offered = product ? this.key : undefined;
    this.moves = this.split.settle(this.offered, (way) => this.ways[way]!.survivors.takes);
    return this.moves;
  }

  /** The clock edge. Returns what each way gets. */
  step(presence: (way: number) => boolean | undefined): (Survivor | undefined)[] {
    const divided = this.split.step(this.offered);
    if (this.moves) this.key = this.keys.next().value;
    return this.ways.map((way, n) => way.step(presence(n), divided[n]));
  }
}

/** The timing of the queues of presences and of survivors of a way, and of `empty_insert` behind them. */
class WayTiming {
  readonly presences: Queue<boolean>;
  readonly survivors = new Queue<Survivor>(waitingSurvivors);
  private moves = false;

  constructor(queriesAhead: number) {
    this.presences = new Queue(queriesAhead);
  }

  /** What is offered to the way. */
  get output(): Survivor | undefined {
    const keeps = this.presences.head;
    if (keeps === undefined) return undefined;
    return keeps ? this.survivors.head : { last: true };
  }

  settle(taken: boolean): void {
    this.moves = taken && this.output !== undefined;
  }

  /** The clock edge. Returns what went to the way. */
  step(presence: boolean | undefined, survivor: Survivor | undefined): Survivor | undefined {
    const out = this.moves ? this.output : undefined;
    const keeps = this.presences.head;
    this.presences.step(presence, out?.last === true);
    this.survivors.step(survivor, out !== undefined && keeps === true);
    return out;
  }
}
