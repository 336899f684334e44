import { waitingSurvivors } from '../../../components/survivor-ways/survivor-ways.ts';
import type { Survivor } from '../../timing/kept-attention.ts';
import { Queue } from '../../timing/queue.ts';
import type { KeptWord } from './selection.ts';

/** The timing of `word_route`: words with keys go on, and the first word of a query tells whether it keeps any; each in its own time. */
export class WordRouteTiming {
  private inside = false;
  private said = false;
  private passed = false;
  private done = { said: false, passed: false };

  /** Whether a word tells of its query in this cycle. */
  tells(word: KeptWord | undefined): boolean {
    return word !== undefined && !this.inside && !this.said;
  }

  /** Whether a word is offered to the readers of words. */
  offers(word: KeptWord | undefined): boolean {
    return word !== undefined && word.keys > 0 && !this.passed;
  }

  /** Whether the word is taken, when both readers' readiness is known. */
  takes(word: KeptWord, tellable: boolean, passable: boolean): boolean {
    const said = this.inside || this.said || tellable;
    const passed = word.keys === 0 || this.passed || passable;
    this.done = { said, passed };
    return said && passed;
  }

  step(word: KeptWord | undefined): void {
    if (word === undefined) return;
    const { said, passed } = this.done;
    const moves = said && passed;
    if (moves) this.inside = !word.last;
    this.said = !moves && said;
    this.passed = !moves && passed && word.keys > 0;
  }
}

/** The timing of the queues of presences and of survivors of a way, and of `empty_insert` behind them. */
export class WayTiming {
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
