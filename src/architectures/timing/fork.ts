/** The timing of a `fork`: each reader takes the present item in its own time; the next comes when all have. */
export class ForkTiming {
  private readonly taken: boolean[];

  constructor(ways: number) {
    this.taken = Array.from({ length: ways }, () => false);
  }

  /** Which readers take the item in this cycle, and whether that was all of them. */
  look(valid: boolean, ready: (way: number) => boolean): { moves: boolean[]; done: boolean } {
    const moves = this.taken.map((taken, way) => valid && !taken && ready(way));
    return { moves, done: valid && this.taken.every((taken, way) => taken || moves[way]) };
  }

  /** Whether a reader is offered the item. */
  offers(way: number): boolean {
    return !this.taken[way];
  }

  /** One clock edge; `valid` and `looked` of the same cycle. */
  step(valid: boolean, { moves, done }: { moves: readonly boolean[]; done: boolean }): void {
    if (!valid) return;
    for (const [way, moved] of moves.entries()) this.taken[way] = !done && (this.taken[way] || moved);
  }
}
