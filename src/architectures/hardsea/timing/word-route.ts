import { ForkTiming } from '../../timing/fork.ts';
import type { KeptWord } from './selection.ts';

/**
 * The timing of `word_route` and of the fork behind it: words with keys go on, and the first word of a query tells all who ask whether
 * it keeps any; each in its own time.
 */
export class WordRouteTiming {
  private readonly presences: ForkTiming;
  private inside = false;
  private said = false;
  private passed = false;
  // What moves in this cycle.
  private word: KeptWord | undefined;
  private told: ReturnType<ForkTiming['look']>;
  private moves = { said: false, passed: false };

  /** `readers` are told of a query. */
  constructor(readers: number) {
    this.presences = new ForkTiming(readers);
    this.told = this.presences.look(false, () => false);
  }

  /** What moves when these readers of presences, and the reader of words, are ready. Returns whether the word is taken. */
  settle(word: KeptWord | undefined, presenceReady: (reader: number) => boolean, wordReady: boolean): boolean {
    this.word = word;
    this.told = this.presences.look(this.tells, presenceReady);
    this.moves = {
      said: this.inside || this.said || this.told.done,
      passed: word?.keys === 0 || this.passed || wordReady,
    };
    return word !== undefined && this.moves.said && this.moves.passed;
  }

  private get tells(): boolean {
    return this.word !== undefined && !this.inside && !this.said;
  }

  /** Whether its query keeps a key, for a reader that is told so in this cycle. */
  presence(reader: number): boolean | undefined {
    return this.told.moves[reader] ? this.word!.keys > 0 : undefined;
  }

  /** The word that goes on, if its reader is ready. */
  get output(): KeptWord | undefined {
    return this.word && this.word.keys > 0 && !this.passed ? this.word : undefined;
  }

  /** The clock edge. */
  step(): void {
    this.presences.step(this.tells, this.told);
    if (this.word === undefined) return;
    const { said, passed } = this.moves;
    const moves = said && passed;
    if (moves) this.inside = !this.word.last;
    this.said = !moves && said;
    this.passed = !moves && passed && this.word.keys > 0;
  }
}
