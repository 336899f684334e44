/** Jobs for a simulated system: what its driver is to do, and what is to be on its buses. */

/** How the other side of the buses behaves. */
export interface Manner {
  readonly seed: number;
  /** Percent of cycles in which something new is offered, and in which something is accepted. */
  readonly validPercent: number;
  readonly readyPercent: number;
  /** Cycles from a request to its first data, or from the last data to the response. */
  readonly latency: number;
  /** Addresses that answer with an error: from the first, up to the second. */
  readonly errors?: readonly [from: number, to: number];
}

/** A memory of a few cycles that is never busy. */
export const prompt: Manner = { seed: 1, validPercent: 100, readyPercent: 100, latency: 8 };

export interface TensorPlace {
  readonly address: number;
  readonly rowStride: number;
  readonly headStride: number;
}

export interface MemoryPlaces {
  readonly q: TensorPlace;
  readonly k: TensorPlace;
  readonly v: TensorPlace;
  readonly o: TensorPlace;
  /** 0: settings come from registers. */
  readonly records: number;
  readonly scales: number;
  readonly scalesHeadStride: number;
  readonly group: number;
  /** Of designs with a codebook only. */
  readonly codebook?: { readonly address: number; readonly headStride: number };
}

export interface RunCommand {
  readonly heads: number;
  readonly length: number;
  readonly causal: boolean;
  readonly prune: boolean;
  readonly perQuery: boolean;
  readonly program: boolean;
  readonly trim?: number | undefined;
  readonly places?: MemoryPlaces;
  /** How often the driver asks whether the run has ended. */
  readonly polls?: number;
  /** Cycles after which it is ended by a soft reset; 0: it is not. */
  readonly abortAfter?: number;
}

export interface Access {
  readonly write: boolean;
  readonly address: number;
  readonly data?: number;
  readonly strobe?: number;
  readonly delays?: readonly [address: number, data: number, response: number];
}

const halves = (value: number): [number, number] => [(value % 2 ** 32) >>> 0, Math.floor(value / 2 ** 32) >>> 0];

/** Two's complement in two words. */
export const signedHalves = (value: number): [number, number] => [value >>> 0, Math.floor(value / 2 ** 32) >>> 0];

/** Words of a job, in the order in which its methods are called. */
export class Job {
  private readonly words: number[] = [];
  private readonly hasCodebook: boolean;

  constructor(system: { readonly core: { readonly codebook: unknown } }) {
    this.hasCodebook = system.core.codebook !== undefined;
  }

  get done(): Uint32Array {
    return Uint32Array.from(this.words);
  }

  manner({ seed, validPercent, readyPercent, latency, errors = [1, 0] }: Manner): void {
    this.add(0, seed, validPercent, readyPercent, latency, ...halves(errors[0]), ...halves(errors[1]));
  }

  open(base = 0): void {
    this.add(1, base);
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    this.add(2, ...halves(address), bytes.length);
    this.bytes(bytes);
  }

  /** `endAfter`: rows after which the packet ends too early; 0: it does not. */
  packet(stream: number, bytes: Uint8Array, rowBytes: number, endAfter = 0): void {
    this.add(2, stream, rowBytes, bytes.length / rowBytes, endAfter);
    this.bytes(bytes);
  }

  readMemory(address: number, count: number): void {
    this.add(3, ...halves(address), count);
  }

  collect(): void {
    this.add(3);
  }

  /** `heads`: the words of each head's settings, as the driver's structure has them. */
  settings(heads: readonly (readonly number[])[], address: number): void {
    this.add(4, heads.length, ...halves(address));
    for (const words of heads) this.add(...words);
  }

  /** `to`: an address, or the number of a stream. */
  scales(to: number, multipliers: ArrayLike<number>, thresholds: ArrayLike<number>): void {
    this.add(5, multipliers.length, ...halves(to));
    Array.from(multipliers, (m, i) => this.add(m, ...signedHalves(thresholds[i]!)));
  }

  run({
    heads,
    length,
    causal,
    prune,
    perQuery,
    program,
    trim = 0,
    places,
    polls = 4_000_000,
    abortAfter = 0,
  }: RunCommand): void {
    const flags = Number(causal) + 2 * Number(prune) + 4 * Number(perQuery) + 8 * Number(program);
    this.add(6, heads, length, flags, trim);
    if (places) {
      this.add(places.group);
      for (const { address, rowStride, headStride } of [places.q, places.k, places.v, places.o])
        this.add(...halves(address), rowStride, headStride);
      this.add(...halves(places.records), ...halves(places.scales), places.scalesHeadStride);
      if (this.hasCodebook) this.add(...halves(places.codebook?.address ?? 0), places.codebook?.headStride ?? 0);
    }
    this.add(polls, abortAfter);
  }

  counters(): void {
    this.add(7);
  }

  access({ write, address, data = 0, strobe = 15, delays = [0, 0, 0] }: Access): void {
    this.add(8, Number(write), address, data, strobe, ...delays);
  }

  idle(cycles: number): void {
    this.add(9, cycles);
  }

  enableInterrupts(done: boolean, error: boolean): void {
    this.add(10, Number(done) + 2 * Number(error));
  }

  acknowledge(): void {
    this.add(11);
  }

  private add(...words: number[]): void {
    for (const w of words) this.words.push(w >>> 0);
  }

  private bytes(bytes: Uint8Array): void {
    const padded = new Uint8Array(4 * Math.ceil(bytes.length / 4));
    padded.set(bytes);
    for (const w of new Uint32Array(padded.buffer)) this.words.push(w);
  }
}

/** How the driver says that a call went. */
export const driverStatus = ['ok', 'not found', 'refused', 'failed', 'timed out'] as const;

export interface RunOutcome {
  readonly started: (typeof driverStatus)[number];
  readonly ended: (typeof driverStatus)[number];
  /** The register ERROR. */
  readonly errors: number;
  readonly headsDone: number;
  /** From the start until the driver saw the end. */
  readonly cycles: number;
  /** Accesses of the driver that were answered with an error, so far. */
  readonly badAccesses: number;
}

/** The words of results, in the order of the job. */
export class Results {
  private at = 0;
  private readonly words: Uint32Array;

  constructor(words: Uint32Array) {
    this.words = words;
  }

  take(count = 1): number[] {
    const words = Array.from(this.words.subarray(this.at, this.at + count));
    this.at += count;
    return words;
  }

  bytes(): Uint8Array {
    const [count = 0] = this.take();
    const start = this.words.byteOffset + 4 * this.at;
    this.at += Math.ceil(count / 4);
    return new Uint8Array(this.words.buffer.slice(start, start + count));
  }

  opened(): (typeof driverStatus)[number] {
    return driverStatus[this.take()[0]!]!;
  }

  run(): RunOutcome {
    const [started = 0, ended = 0, errors = 0, headsDone = 0, cycles = 0, badAccesses = 0] = this.take(6);
    return { started: driverStatus[started]!, ended: driverStatus[ended]!, errors, headsDone, cycles, badAccesses };
  }

  counters(names: readonly string[]): Record<string, number> {
    const values = this.take(names.length);
    return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
  }

  access(): { response: number; data: number; irq: number } {
    const [response = 0, data = 0, irq = 0] = this.take(3);
    return { response, data, irq };
  }
}
