import type { Word } from './scan.ts';

/** A word of kept keys. */
export interface KeptWord {
  readonly query: number;
  readonly word: number;
  /** Kept keys in it; 0 only where the query keeps none. */
  readonly keys: number;
  readonly last: boolean;
}

export interface SelectionHead {
  readonly prune: boolean;
  /** Whether a query ranks its keys: it may keep fewer than it sees. */
  readonly ranks: (query: number) => boolean;
  /** Words that hold a key which the query may see. */
  readonly words: (query: number) => number;
  readonly keptInWord: (query: number, word: number) => number;
}

/**
 * The selection of keys: words of relevances come in, are counted digit by digit where the query ranks them, and compared; the last
 * word with kept keys is held until it is known to be the last.
 */
export class SelectionTiming {
  private readonly head: SelectionHead;
  private readonly digits: number;
  /** Query that is sought, in order. */
  private query: number;
  private readonly every: number;
  private taking = true;
  private reading = false;
  private position = 0;
  private fetched: number | undefined;
  private settled = 0;
  private counting: { last: boolean } | undefined;
  private decide = false;
  private compared: Word | undefined;
  private ranked: Word | undefined;
  private held: (KeptWord & { readonly ended: boolean }) | undefined;
  // What moves in this cycle.
  private out: KeptWord | undefined;
  private heldFree = false;
  private rankedFree = false;
  private comparedFree = false;
  private takes = false;
  private fetches = false;
  private hand: number | undefined;

  /** Of queries `first`, `first` + `every` and so on. */
  constructor(digits: number, head: SelectionHead, first: number, every: number) {
    this.digits = digits;
    this.query = first;
    this.every = every;
    this.head = head;
  }

  /** The word at the output; after `settle`. */
  get output(): KeptWord | undefined {
    return this.out;
  }

  private keysOf({ query, word }: Word): number {
    return this.head.keptInWord(query, word);
  }

  private get comparing(): boolean {
    return !this.head.ranks(this.query) || this.settled === this.digits;
  }

  /** What moves when `sought` tells whether a query is here and `relevances` whether a word is. Returns what is taken of both. */
  settle(
    sought: boolean,
    relevances: boolean,
    outputTakes: (word: KeptWord) => boolean,
  ): { relevances: boolean; sought: boolean } {
    const { held, ranked, head } = this;
    const some = ranked !== undefined && this.keysOf(ranked) > 0;
    const told = held !== undefined && (held.ended || (ranked !== undefined && (some || ranked.last)));
    this.out = told ? { ...held!, last: held!.ended || !some } : undefined;
    this.heldFree = this.out === undefined || outputTakes(this.out);
    this.rankedFree = ranked === undefined || this.heldFree;
    this.comparedFree = this.compared === undefined || this.rankedFree;
    const flows = this.comparedFree || !this.comparing;
    const comes = this.taking && sought && (relevances || !head.prune);
    this.takes = comes && flows;
    this.fetches = (this.decide || this.reading) && (this.fetched === undefined || flows);
    this.hand = comes ? this.position : this.fetched;
    const finish = this.hand !== undefined && this.comparing && this.handLast && this.comparedFree;
    return { relevances: this.takes && head.prune, sought: finish };
  }

  private get handLast(): boolean {
    return this.hand === this.head.words(this.query) - 1;
  }

  step(): void {
    this.stepHeld();
    const { hand, comparing, handLast } = this;
    const compares = hand !== undefined && comparing && this.comparedFree;
    const finish = compares && handLast;
    if (this.rankedFree) this.ranked = this.compared;
    if (this.comparedFree) this.compared = compares ? { query: this.query, word: hand!, last: handLast } : undefined;
    const counts = hand !== undefined && !comparing;
    const decided = this.decide;
    const closes = this.position === this.head.words(this.query) - 1;
    const ranks = this.head.ranks(this.query);
    const flows = this.comparedFree || !comparing || compares;
    if (this.takes && closes && ranks) this.taking = false;
    else if (finish) this.taking = true;
    if (this.fetches) this.reading = !closes;
    if (this.fetched === undefined || flows) this.fetched = this.fetches ? this.position : undefined;
    if (this.takes || this.fetches) this.position = closes ? 0 : this.position + 1;
    this.decide = this.counting?.last === true;
    this.counting = counts ? { last: handLast } : undefined;
    if (finish) this.settled = 0;
    else if (decided) this.settled++;
    if (finish) this.query += this.every;
  }

  private stepHeld(): void {
    const { held, ranked } = this;
    const keys = ranked ? this.keysOf(ranked) : 0;
    const waits = held !== undefined && !held.ended;
    const hold = ranked !== undefined && (keys > 0 || (ranked.last && !waits));
    if (!this.heldFree) return;
    if (hold) this.held = { query: ranked.query, word: ranked.word, keys, last: ranked.last, ended: ranked.last };
    else if (this.out !== undefined) this.held = undefined;
  }
}
