/** Vectors into the crossbars: the drive register and the array behind it. */
export class ArrayTiming {
  private readonly evaluation: number;
  private driving: number | undefined;
  private busy: number | undefined;
  private count = 0;
  private told: number | undefined;
  private advances = false;
  private finishes = false;
  private accepts = false;

  /** `evaluation` cycles, as the parameter of that name. */
  constructor(evaluation: number) {
    this.evaluation = evaluation;
  }

  /** The vector whose crossings are at the output. */
  get output(): number | undefined {
    return this.told;
  }

  /** Whether a vector is taken in this cycle; `crossingsTaken`: the output is. */
  settle(crossingsTaken: boolean): boolean {
    this.advances = this.busy !== undefined && (this.told === undefined || crossingsTaken);
    this.finishes = this.advances && this.count === this.evaluation - 1;
    this.accepts = (this.busy === undefined || this.finishes) && this.driving !== undefined;
    return this.driving === undefined || this.accepts;
  }

  /** The clock edge; `vector` arrives if it was taken. */
  step(vector: number | undefined, crossingsTaken: boolean): void {
    if (this.finishes) this.told = this.busy;
    else if (crossingsTaken) this.told = undefined;
    if (this.accepts) {
      this.busy = this.driving;
      this.count = 0;
    } else if (this.finishes) {
      this.busy = undefined;
    } else if (this.advances) {
      this.count++;
    }
    if (this.driving === undefined || this.accepts) this.driving = vector;
  }
}
