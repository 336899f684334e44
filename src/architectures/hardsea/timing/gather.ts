import { queryPlanes } from '../../../components/row-dot/row-dot.ts';
import type { Survivor } from '../../timing/kept-attention.ts';
import type { KeptWord } from './selection.ts';

/** From words of kept keys to dot products: the walk over kept bits, the row that is read, the bit-serial units in turn. */
export class GatherTiming {
  private walk: { left: number; readonly last: boolean } | undefined;
  private row: Survivor | undefined;
  private turn = 0;
  private readonly units: { row: Survivor | undefined; plane: number; told: Survivor | undefined }[];
  private collect = 0;
  // What moves in this cycle.
  private survivorTaken = false;
  private leaves = false;
  private rowFree = false;
  private walkEnds = false;

  constructor(units: number) {
    this.units = Array.from({ length: units }, () => ({ row: undefined, plane: 0, told: undefined }));
  }

  /** The dot product at the output. */
  get output(): Survivor | undefined {
    return this.units[this.collect]!.told;
  }

  /** Whether no row is at the boundary. */
  get idle(): boolean {
    return this.row === undefined;
  }

  /** Returns whether a word, and whether a query's end, are taken. */
  settle(survivorTaken: boolean, query: boolean): { word: boolean; query: boolean } {
    this.survivorTaken = survivorTaken;
    const unitReady = this.isFree(this.turn);
    this.leaves = this.row !== undefined && query && unitReady;
    this.rowFree = this.row === undefined || this.leaves;
    this.walkEnds = this.walk !== undefined && this.walk.left <= 1;
    const word = this.walk === undefined || (this.walkEnds && this.rowFree);
    return { word, query: this.leaves && this.row!.last };
  }

  private toldFree(n: number): boolean {
    return this.units[n]!.told === undefined || (n === this.collect && this.survivorTaken);
  }

  private finishes(n: number): boolean {
    const unit = this.units[n]!;
    return unit.row !== undefined && unit.plane === queryPlanes - 1 && this.toldFree(n);
  }

  private isFree(n: number): boolean {
    return this.units[n]!.row === undefined || this.finishes(n);
  }

  step(word: KeptWord | undefined): void {
    const moves = this.units.map((_, n) => ({
      finishes: this.finishes(n),
      free: this.isFree(n),
      told: this.toldFree(n),
    }));
    this.units.forEach((unit, n) => {
      const { finishes, free, told } = moves[n]!;
      if (told) unit.told = finishes ? unit.row : undefined;
      if (free) {
        unit.row = this.leaves && n === this.turn ? this.row : undefined;
        unit.plane = 0;
      } else if (unit.plane < queryPlanes - 1) unit.plane++;
    });
    if (this.survivorTaken) this.collect = (this.collect + 1) % this.units.length;
    if (this.leaves) this.turn = (this.turn + 1) % this.units.length;
    if (this.rowFree) this.row = this.walk && { last: this.walk.last && this.walkEnds };
    const wordFree = this.walk === undefined || (this.walkEnds && this.rowFree);
    if (wordFree) this.walk = word && { left: word.keys, last: word.last };
    else if (this.rowFree) this.walk!.left--;
  }
}
