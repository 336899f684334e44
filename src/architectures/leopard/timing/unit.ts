import { Queue } from '../../timing/queue.ts';

/** A key of a query, on its way through a dot-product unit. */
export interface Key {
  readonly query: number;
  readonly index: number;
  /** Groups of bits that it takes, a cycle each. */
  readonly groups: number;
  readonly kept: boolean;
  /** The unit takes the next query first. */
  readonly fresh: boolean;
}

/** A bit-serial dot-product unit, with the register and the queue of its outcomes. */
export class UnitTiming {
  private readonly outcomes: Queue<Key>;
  private busy: Key | undefined;
  private done = 0;
  private told: Key | undefined;
  // What moves in this cycle.
  private finishes = false;
  private stalled = false;
  private outcomeFree = false;

  constructor(outcomeQueue: number) {
    this.outcomes = new Queue(outcomeQueue);
  }

  /** The oldest outcome that is not collected. */
  get outcome(): Key | undefined {
    return this.outcomes.head;
  }

  /** Whether a key is done and cannot say so; after `settle`, as what follows. */
  get stalls(): boolean {
    return this.stalled;
  }

  /** Whether a key can be taken. */
  get free(): boolean {
    return this.busy === undefined || this.finishes;
  }

  settle(): void {
    this.outcomeFree = this.told === undefined || this.outcomes.takes;
    const finish = this.busy !== undefined && this.done === this.busy.groups - 1;
    this.finishes = finish && this.outcomeFree;
    this.stalled = finish && !this.outcomeFree;
  }

  /** The clock edge; `collected`: the oldest outcome is; `key`: is taken. */
  step(collected: boolean, key: Key | undefined): void {
    const { busy, finishes, outcomeFree } = this;
    this.outcomes.step(outcomeFree ? this.told : undefined, collected);
    if (outcomeFree) this.told = finishes ? busy : undefined;
    if (this.free) {
      this.busy = key;
      this.done = 0;
    } else if (this.done < busy!.groups - 1) this.done++;
  }
}
