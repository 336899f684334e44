import type { Key } from './unit.ts';

/** The keys of a query: those before `next` are handed out, those before `read` are, or were, at the outputs of the banks. */
interface Window {
  readonly query: number;
  readonly next: number;
  readonly read: number;
}

/** What is known of the keys of a head before it runs. */
export interface DispatchedHead {
  readonly length: number;
  /** Keys that a query sees. */
  readonly keysOf: (query: number) => number;
  readonly key: (query: number, index: number) => Pick<Key, 'groups' | 'kept'>;
}

/**
 * The key dispatch: keys at the outputs of the banks are dealt out to the places in front of the units that have become free. Each half of
 * the banks reads its next keys as soon as it has none left; a query's first keys are read when the last ones of the query before are dealt out.
 */
export class DispatchTiming {
  private readonly head: DispatchedHead;
  private readonly banks: number;
  private readonly half: number;
  /** In front of each unit. */
  private readonly places: (Key | undefined)[];
  /** Whether a unit has had a key of the present query. */
  private readonly knows: boolean[];
  private window: Window | undefined;
  private fetchQuery = 0;
  private telling = false;
  // What moves in this cycle.
  private refills: (Key | undefined)[] = [];
  private dealt: Window | undefined;
  private roundFree = false;
  private opens = false;

  constructor(head: DispatchedHead, banks: number, units: number) {
    this.head = head;
    this.banks = banks;
    this.half = Math.max(1, banks / 2);
    this.places = Array.from({ length: units }, () => undefined);
    this.knows = Array.from({ length: units }, () => false);
  }

  /** The key that waits in front of a unit. */
  place(unit: number): Key | undefined {
    return this.places[unit];
  }

  /** Whether the collection is told of a query. */
  get tells(): boolean {
    return this.telling;
  }

  /** The query whose keys are dealt out, or will be next. */
  get claiming(): number {
    return this.window ? this.window.query : this.fetchQuery;
  }

  /** What moves when `taken` tells which units take the key in front of them. */
  settle(running: boolean, taken: (unit: number) => boolean, roundTaken: boolean): void {
    const { window, head } = this;
    this.roundFree = !this.telling || roundTaken;
    let next = window?.next ?? 0;
    this.refills = this.places.map((place, n) => {
      if (place && !taken(n)) return place;
      if (!window || next === window.read) return undefined;
      const index = next++;
      return { query: window.query, index, ...head.key(window.query, index), fresh: !this.knows[n] };
    });
    const ends = window !== undefined && next === head.keysOf(window.query);
    this.dealt = window && !ends ? { ...window, next } : undefined;
    this.opens = running && this.fetchQuery !== head.length && !this.dealt && this.roundFree;
  }

  step(): void {
    const { opens, head, banks, dealt } = this;
    this.refills.forEach((refill, n) => {
      const fresh = refill !== undefined && refill !== this.places[n];
      this.places[n] = refill;
      if (opens) this.knows[n] = false;
      else if (fresh) this.knows[n] = true;
    });
    if (this.roundFree) this.telling = opens;
    if (dealt) {
      const read = Math.min(head.keysOf(dealt.query), dealt.read + this.halvesFree(dealt) * this.half);
      this.window = { ...dealt, read };
    } else if (opens) {
      const query = this.fetchQuery++;
      this.window = { query, next: 0, read: Math.min(head.keysOf(query), banks) };
    } else {
      this.window = undefined;
    }
  }

  /** Halves of the banks of which no key is left to be dealt out. */
  private halvesFree({ next, read }: Window): number {
    return Math.floor((this.banks - (read - next)) / this.half);
  }
}
