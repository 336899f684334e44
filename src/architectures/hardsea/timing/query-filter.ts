import { metQueries } from '../../../components/sram-cim/sram-cim.ts';
import { Queue } from '../../timing/queue.ts';

/** The timing of `query_filter` and the queues around it: query vectors wait until it is known whether they keep a key. */
export class QueryFilterTiming {
  private readonly queries: Queue<true>;
  private readonly presences: Queue<boolean>;
  private readonly met = new Queue<true>(metQueries);
  private keeps: boolean | undefined;
  private moves = false;

  constructor(queriesAhead: number) {
    this.queries = new Queue(queriesAhead);
    this.presences = new Queue(queriesAhead);
  }

  get takesQuery(): boolean {
    return this.queries.takes;
  }

  get takesPresence(): boolean {
    return this.presences.takes;
  }

  /** Whether a query that keeps a key is at the output. */
  get output(): boolean {
    return this.met.head !== undefined;
  }

  settle(): void {
    this.keeps = this.queries.head && this.presences.head;
    this.moves = this.keeps === false || (this.keeps === true && this.met.takes);
  }

  /** The clock edge. */
  step(query: boolean, presence: boolean | undefined, taken: boolean): void {
    this.met.step(this.moves && this.keeps ? true : undefined, taken);
    this.queries.step(query || undefined, this.moves);
    this.presences.step(presence, this.moves);
  }
}
