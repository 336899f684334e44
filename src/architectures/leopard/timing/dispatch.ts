import type { Key } from './unit.ts';

/** Keys that were read in a cycle, a bank each. */
interface Row {
  readonly query: number;
  readonly first: number;
  readonly keys: number;
}

/** What is known of the keys of a head before it runs. */
export interface DispatchedHead {
  readonly length: number;
  /** Keys that a query sees. */
  readonly keysOf: (query: number) => number;
  readonly key: (query: number, index: number) => Pick<Key, 'groups' | 'kept'>;
}

/** The key dispatch: a row of banks is read, and its keys are dealt out to the places in front of the units that have become free. */
export class DispatchTiming {
  private readonly head: DispatchedHead;
  private readonly banks: number;
  /** In front of each unit. */
  private readonly places: (Key | undefined)[];
  /** Whether a unit has had a key of the present query. */
  private readonly knows: boolean[];
  private row: Row | undefined;
  private offset = 0;
  private fetchQuery = 0;
  private fetchRow = 0;
  private telling = false;
  // What moves in this cycle.
  private refills: (Key | undefined)[] = [];
  private next = 0;
  private rowDone = false;
  private roundFree = false;
  private fetch = false;

  constructor(head: DispatchedHead, banks: number, units: number) {
    this.head = head;
    this.banks = banks;
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
    return this.row ? this.row.query : this.fetchQuery;
  }

  /** What moves when `taken` tells which units take the key in front of them. */
  settle(running: boolean, taken: (unit: number) => boolean, roundTaken: boolean): void {
    const { row, head } = this;
    this.roundFree = !this.telling || roundTaken;
    this.next = this.offset;
    this.refills = this.places.map((place, n) => {
      if (place && !taken(n)) return place;
      if (!row || this.next === row.keys) return undefined;
      const index = row.first + this.next++;
      return { query: row.query, index, ...head.key(row.query, index), fresh: !this.knows[n] };
    });
    this.rowDone = row !== undefined && this.next === row.keys;
    const more = running && this.fetchQuery !== head.length;
    this.fetch = more && (!row || this.rowDone) && (this.fetchRow > 0 || this.roundFree);
  }

  step(): void {
    const { fetch, head, banks } = this;
    const opens = this.fetchRow === 0;
    this.refills.forEach((refill, n) => {
      const fresh = refill !== undefined && refill !== this.places[n];
      this.places[n] = refill;
      if (fetch && opens) this.knows[n] = false;
      else if (fresh) this.knows[n] = true;
    });
    if (this.roundFree) this.telling = fetch && opens;
    this.offset = fetch ? 0 : this.next;
    if (this.rowDone) this.row = undefined;
    if (!fetch) return;
    const query = this.fetchQuery;
    const first = this.fetchRow * banks;
    const left = head.keysOf(query) - first;
    this.row = { query, first, keys: Math.min(left, banks) };
    this.fetchRow = left <= banks ? 0 : this.fetchRow + 1;
    if (left <= banks) this.fetchQuery++;
  }
}
