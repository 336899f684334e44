/** The timing of a `fifo`: what it can give and take depends on how full it was when the cycle began. */
export class Queue<T> {
  private readonly items: T[] = [];
  private readonly depth: number;

  constructor(depth: number) {
    this.depth = depth;
  }

  get takes(): boolean {
    return this.items.length < this.depth;
  }

  get head(): T | undefined {
    return this.items[0];
  }

  /** One clock edge. */
  step(put: T | undefined, get: boolean): void {
    if (get) this.items.shift();
    if (put !== undefined) this.items.push(put);
  }
}
