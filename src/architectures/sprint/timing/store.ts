import { add, emptySet, has, isEmpty, lowest, remove, type WordSet } from './set.ts';

/** What leaves a token store: only whether it ends its packet matters for timing. */
export interface Token {
  readonly last: boolean;
}

/** The timing of a `token_store`: which tokens are on chip, which are fetched and evicted, and when each is given out. */
export class StoreTiming {
  fetched = 0;
  reused = 0;
  given = 0;
  /** At the output. */
  leaving: Token | undefined;
  /** A request that waits to be taken: the token's number in this store. */
  asking: number | undefined;

  private readonly capacity: number;
  private readonly words: number;
  private readonly evicts: boolean;
  private readonly resident: WordSet;
  private readonly arrived: WordSet;
  private readonly fresh: WordSet;
  private remaining: WordSet | undefined;
  private upcoming: WordSet | undefined;
  private picked: (Token & { index: number }) | undefined;
  private used = 0;

  constructor(localTokens: number, capacity: number) {
    this.capacity = capacity;
    this.evicts = capacity < localTokens;
    this.resident = emptySet(localTokens);
    this.arrived = emptySet(localTokens);
    this.fresh = emptySet(localTokens);
    this.words = this.resident.length;
  }

  /** Starts a head: nothing is on chip. */
  clear(): void {
    this.resident.fill(0);
    this.arrived.fill(0);
    this.used = 0;
    this.fetched = 0;
    this.reused = 0;
    this.given = 0;
  }

  /** What the store would do in this cycle, given whether its output is taken. */
  look(tokensReady: boolean): {
    takesKeep: boolean;
    starved: boolean;
    take: boolean;
    pick: number;
    last: boolean;
    leave: boolean;
  } {
    const { remaining, arrived } = this;
    const leave = this.leaving === undefined || tokensReady;
    const pickFree = this.picked === undefined || leave;
    const pick = remaining ? lowest(this.words, (k) => remaining[k] & arrived[k]) : -1;
    const nothingLeft = remaining !== undefined && isEmpty(remaining);
    const take = remaining !== undefined && pickFree && (pick >= 0 || nothingLeft);
    const last = take && (nothingLeft || isOnly(remaining, pick));
    return {
      takesKeep: this.upcoming === undefined || remaining === undefined || last,
      starved: remaining !== undefined && pickFree && pick < 0 && !nothingLeft,
      take,
      pick,
      last,
      leave,
    };
  }

  /** One clock edge: `looked` from the same cycle, a new selection if one moves, a token that arrives, whether a request moves. */
  step(
    looked: ReturnType<StoreTiming['look']>,
    keep: WordSet | undefined,
    fill: number | undefined,
    requestReady: boolean,
  ): void {
    const { take, pick, last, leave } = looked;
    const askFree = this.asking === undefined || requestReady;
    const want = askFree ? this.choose() : undefined;

    if (leave) this.leaving = this.picked;
    if (this.picked === undefined || leave) this.picked = take ? { index: pick, last } : undefined;
    if (askFree) this.asking = want?.token;

    if (take && pick >= 0) {
      this.given++;
      if (!has(this.fresh, pick)) this.reused++;
    }
    if (fill !== undefined) {
      add(this.arrived, fill);
      add(this.fresh, fill);
    }
    if (take && pick >= 0) remove(this.fresh, pick);
    if (want) {
      this.fetched++;
      add(this.resident, want.token);
      if (want.victim >= 0) {
        remove(this.resident, want.victim);
        remove(this.arrived, want.victim);
      } else this.used++;
    }
    if (this.remaining === undefined || last) {
      this.remaining = this.upcoming ?? keep;
      this.upcoming = this.upcoming ? keep : undefined;
    } else {
      if (take) remove(this.remaining, pick);
      this.upcoming ??= keep;
    }
  }

  /** The token to fetch, and the one that makes room for it (-1: there is room). */
  private choose(): { token: number; victim: number } | undefined {
    const { remaining, upcoming, resident, arrived } = this;
    let token = remaining ? lowest(this.words, (k) => remaining[k] & ~resident[k]) : -1;
    const urgent = token >= 0;
    if (!urgent && upcoming) token = lowest(this.words, (k) => upcoming[k] & ~resident[k]);
    if (token < 0) return undefined;
    if (!this.evicts || this.used < this.capacity) return { token, victim: -1 };
    const reading = this.picked?.index ?? -1;
    const free = (k: number) => {
      let bits = arrived[k] & ~(remaining ? remaining[k] : 0);
      if (reading >>> 5 === k && reading >= 0) bits &= ~(1 << (reading & 31));
      return bits;
    };
    let victim = lowest(this.words, (k) => free(k) & ~(upcoming ? upcoming[k] : 0));
    if (victim < 0 && urgent) victim = lowest(this.words, free);
    return victim < 0 ? undefined : { token, victim };
  }
}

const isOnly = (s: WordSet, i: number): boolean => {
  for (let k = 0; k < s.length; k++) {
    if ((k === i >>> 5 ? s[k] & ~(1 << (i & 31)) : s[k]) !== 0) return false;
  }
  return true;
};
