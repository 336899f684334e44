import type { Survivor } from '../../timing/kept-attention.ts';

/** A kept key on its way to `survivor_split`. */
export interface OfferedKey {
  readonly way: number;
  readonly last: boolean;
}

/** The timing of `survivor_split`: each way's last key is held until another one of that way follows or the query has ended. */
export class SurvivorSplitTiming {
  private readonly held: boolean[];
  private readonly told: boolean[];
  private readonly moves: boolean[];
  private ending = false;
  private ends = false;
  private accepts = false;

  constructor(ways: number) {
    this.held = Array.from({ length: ways }, () => false);
    this.told = this.held.map(() => false);
    this.moves = this.held.map(() => false);
  }

  /** Returns whether the key that is offered is taken, when `takes` tells which ways' readers are free. */
  settle(offered: OfferedKey | undefined, takes: (way: number) => boolean): boolean {
    const { held, told, moves, ending } = this;
    held.forEach((holds, way) => {
      const valid = ending ? !told[way] : holds && offered?.way === way;
      moves[way] = valid && takes(way);
    });
    this.ends = ending && told.every((said, way) => said || moves[way]!);
    this.accepts = offered !== undefined && this.isFree(offered.way) && (!offered.last || !ending || this.ends);
    return this.accepts;
  }

  private isFree(way: number): boolean {
    const { held, told, moves } = this;
    return moves[way]! || (!held[way] && (!this.ending || told[way]!));
  }

  /** The clock edge; `offered` as it was settled. Returns what each way gets. */
  step(offered: OfferedKey | undefined): (Survivor | undefined)[] {
    const { ending, ends, accepts } = this;
    const taken = accepts ? offered : undefined;
    const out = this.moves.map((moves) => (moves ? { last: ending } : undefined));
    this.moves.forEach((moves, way) => {
      this.held[way] = taken?.way === way || (this.held[way]! && !moves);
      this.told[way] = ending && !ends && (this.told[way]! || moves);
    });
    this.ending = taken?.last === true || (ending && !ends);
    return out;
  }
}
