/** A pipeline of a fixed number of stages that moves as a whole. */
export class Pipeline<T> {
  readonly stages: (T | undefined)[];

  constructor(length: number) {
    this.stages = Array.from({ length }, () => undefined);
  }

  get output(): T | undefined {
    return this.stages[this.stages.length - 1];
  }

  step(advance: boolean, put: T | undefined): void {
    if (!advance) return;
    this.stages.pop();
    this.stages.unshift(put);
  }
}
