import { relevanceDigits } from '../../../components/relevance-select/relevance-select.ts';
import { Queue } from '../../timing/queue.ts';
import { type HardseaParameters, soughtDepth } from '../parameters.ts';
import { type KeptWord, type SelectionHead, SelectionTiming } from './selection.ts';

/** The timing of the selection units, which get queries in turn and give their words in turn. */
export class RankersTiming {
  private readonly units: readonly { readonly sought: Queue<true>; readonly selection: SelectionTiming }[];
  // The units whose turn it is: to get a query, and to give words.
  private soughtTurn = 0;
  private wordTurn = 0;
  private ended: boolean[] = [];

  constructor(p: HardseaParameters, head: SelectionHead) {
    this.units = Array.from({ length: p.rankers }, (_, first) => ({
      sought: new Queue(soughtDepth(p)),
      selection: new SelectionTiming(relevanceDigits(p), head, first, p.rankers),
    }));
  }

  get takesQuery(): boolean {
    return this.units[this.soughtTurn]!.sought.takes;
  }

  /** The word of the unit whose turn it is; after `settle`. */
  get output(): KeptWord | undefined {
    return this.units[this.wordTurn]!.selection.output;
  }

  /** Whether the word of relevances of query `scanned`, if there is one, is taken. */
  settle(scanned: number | undefined, outputTakes: (word: KeptWord) => boolean): boolean {
    const own = scanned === undefined ? undefined : scanned % this.units.length;
    const taken = this.units.map(({ sought, selection }, n) =>
      selection.settle(sought.head !== undefined, own === n, (word) => n === this.wordTurn && outputTakes(word)),
    );
    this.ended = taken.map((t) => t.sought);
    return taken.some((t) => t.relevances);
  }

  /** The clock edge; `query`: one came, `word`: the output was taken. */
  step(query: boolean, word: boolean): void {
    const { units, soughtTurn, wordTurn } = this;
    if (word && this.output!.last) this.wordTurn = (wordTurn + 1) % units.length;
    units.forEach(({ sought, selection }, n) => {
      selection.step();
      sought.step(query && n === soughtTurn ? true : undefined, this.ended[n]!);
    });
    if (query) this.soughtTurn = (soughtTurn + 1) % units.length;
  }
}
