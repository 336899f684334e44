import { Pipeline } from '../../timing/pipeline.ts';

/** A word of keys, of a query. */
export interface Word {
  readonly query: number;
  readonly word: number;
  readonly last: boolean;
}

/** The scan over the keys' centroids: a query's words one after the other, through a pipeline that moves as a whole. */
export class ScanTiming {
  private readonly stages: Pipeline<Word>;
  private readonly words: (query: number) => number;
  private query: number | undefined;
  private next = 0;
  private advance = false;

  /** `words(query)`: how many hold a key that the query may see. */
  constructor(latency: number, words: (query: number) => number) {
    this.stages = new Pipeline(latency);
    this.words = words;
  }

  get output(): Word | undefined {
    return this.stages.output;
  }

  /** Whether a query's crossings are taken in this cycle, if they are there. */
  settle(outputTaken: boolean): boolean {
    this.advance = this.stages.output === undefined || outputTaken;
    return this.query === undefined && this.advance;
  }

  /** The clock edge; `taken`: the query whose crossings were taken. */
  step(taken: number | undefined): void {
    const query = this.query ?? taken;
    const read = query === undefined ? undefined : this.wordOf(query);
    this.stages.step(this.advance, read);
    if (!this.advance || !read) return;
    this.query = read.last ? undefined : query;
    this.next = read.last ? 0 : this.next + 1;
  }

  private wordOf(query: number): Word {
    return { query, word: this.next, last: this.next === this.words(query) - 1 };
  }
}
