import { gainBits } from '../../../reram/calibration.ts';
import type { SprintParameters } from '../parameters.ts';

/** A read of a token's key or value. */
export interface Read {
  readonly token: number;
  readonly value: boolean;
}

interface Bank {
  readonly queue: Read[];
  open: boolean;
  row: number;
  timer: number;
}

/** What a channel does in one cycle. */
interface Decision {
  readonly answer: boolean;
  readonly copy: boolean;
  readonly write: boolean;
  /** Bank whose read goes out, -1 for none. */
  readonly read: number;
  readonly startEvaluation: boolean;
  readonly startCalibration: boolean;
  readonly pipeMoves: boolean;
  readonly rowChanges: readonly number[];
}

const nothing: Decision = {
  answer: false,
  copy: false,
  write: false,
  read: -1,
  startEvaluation: false,
  startCalibration: false,
  pipeMoves: true,
  rowChanges: [],
};

/** The timing of a `channel_control`: banks, the bus, in-memory thresholding. Names follow the component's notes. */
export class ChannelTiming {
  /** A vector at the output. */
  leaving: Read | undefined;

  private readonly p: SprintParameters['memory'];
  private readonly channels: number;
  private readonly answerBursts: number;
  private readonly hasRows: boolean;
  private readonly banks: Bank[];
  private readonly stages: (Read | undefined)[];
  private readonly readable: boolean[] = [];
  /** Reads between a queue's head and the output. */
  private inFlight = 0;
  private queued = 0;
  private turn = 0;
  private busTimer = 0;
  private copying = false;
  private evaluating = false;
  private answering = false;
  private copyTimer = 0;
  private evaluateTimer = 0;
  private answerTimer = 0;
  private readonly replica: boolean;
  /** Keys were written since the last calibration. */
  private fresh = false;
  /** Cycles of a calibration that are left; 0 when there is none. */
  private calibrationTimer = 0;

  constructor(parameters: SprintParameters, bankTokens: number) {
    const { memory: p, dim } = parameters;
    this.replica = parameters.reram?.calibration === 'replica';
    this.p = p;
    this.channels = p.channels;
    this.answerBursts = Math.ceil((bankTokens * p.banks) / (8 * dim));
    this.hasRows = Math.ceil(Math.log2(Math.max(2, bankTokens))) > Math.log2(p.rowTokens);
    this.banks = Array.from({ length: p.banks }, () => ({ queue: [], open: false, row: 0, timer: 0 }));
    this.stages = Array.from({ length: p.tCL + p.tBURST }, () => undefined);
  }

  private bankOf(token: number): Bank {
    return this.banks[Math.floor(token / this.channels) % this.p.banks];
  }

  private rowOf(token: number): number {
    return this.hasRows ? Math.floor(token / (this.channels * this.p.banks * this.p.rowTokens)) : 0;
  }

  get idle(): boolean {
    return this.busTimer === 0;
  }

  get prunedValid(): boolean {
    return this.answering && this.answerTimer === 0;
  }

  /** Whether a clock edge changes nothing, unless something arrives: most cycles of a head find most channels so. */
  private get still(): boolean {
    return (
      this.queued === 0 &&
      this.inFlight === 0 &&
      this.leaving === undefined &&
      this.busTimer === 0 &&
      !this.copying &&
      !this.evaluating &&
      !this.answering &&
      this.banksSettled
    );
  }

  private get banksSettled(): boolean {
    for (const bank of this.banks) if (bank.timer !== 0) return false;
    return true;
  }

  /** Whether a read of this token would be taken. */
  takesRead(token: number): boolean {
    return this.bankOf(token).queue.length < this.p.queue;
  }

  /** Whether a query would be taken. */
  get takesLookup(): boolean {
    return this.busTimer === 0 && !this.wouldAnswer && !this.copying && !this.fresh;
  }

  private get evaluated(): boolean {
    return this.evaluating && this.evaluateTimer === 0;
  }

  private get wouldAnswer(): boolean {
    return this.busTimer === 0 && this.evaluated && !this.answering;
  }

  /** Decides what to do: `write` is a token that waits to be written, `lookup` whether a query waits, `dataReady` the output. */
  decide(write: number | undefined, lookup: boolean, dataReady: boolean): Decision {
    if (write === undefined && !lookup && this.still) return nothing;
    const busFree = this.busTimer === 0;
    const answer = this.wouldAnswer;
    const copy = lookup && this.takesLookup;
    const pipeMoves = this.leaving === undefined || dataReady;
    const rowChanges: number[] = [];
    let writeUsable = false;
    const readable = this.readable;
    for (let b = 0; b < this.banks.length; b++) {
      const bank = this.banks[b];
      const here = write !== undefined && this.bankOf(write) === bank;
      const head = bank.queue[0];
      const wanted = here ? write : head?.token;
      readable[b] = false;
      if (wanted === undefined || bank.timer !== 0) continue;
      const sameRow = bank.open && bank.row === this.rowOf(wanted);
      if (!sameRow) rowChanges.push(b);
      else if (here) writeUsable = true;
      else readable[b] = head.value || !this.evaluating || this.evaluated;
    }
    const doWrite = busFree && !answer && !copy && writeUsable;
    let read = -1;
    if (busFree && !answer && !copy && !doWrite && pipeMoves) {
      for (let i = 0; i < this.p.banks && read < 0; i++) {
        const b = (this.turn + i) % this.p.banks;
        if (readable[b]) read = b;
      }
    }
    const startEvaluation = this.copying && this.copyTimer === 0 && !this.evaluating;
    const startCalibration = this.fresh && lookup && this.calibrationTimer === 0;
    return { answer, copy, write: doWrite, read, startEvaluation, startCalibration, pipeMoves, rowChanges };
  }

  /** One clock edge. */
  step(d: Decision, write: number | undefined, put: Read | undefined, prunedReady: boolean): void {
    if (d === nothing && put === undefined) return;
    const { p } = this;
    const prunedMoves = this.prunedValid && prunedReady;
    // Rows first: they look at the queues as they were.
    for (let b = 0; b < this.banks.length; b++) {
      const bank = this.banks[b];
      if (d.rowChanges.includes(b)) {
        const here = write !== undefined && this.bankOf(write) === bank;
        bank.timer = bank.open ? p.tRP : p.tRCD;
        bank.open = !bank.open;
        bank.row = this.rowOf(here ? write : bank.queue[0].token);
      } else if (bank.timer > 0) bank.timer--;
    }
    const issued = d.read >= 0 ? this.banks[d.read].queue.shift() : undefined;
    if (d.read >= 0) this.turn = (d.read + 1) % p.banks;
    if (put) this.bankOf(put.token).queue.push(put);
    this.queued += (put ? 1 : 0) - (issued ? 1 : 0);
    if (issued) this.inFlight++;
    if (d.pipeMoves && (this.inFlight > 0 || this.leaving !== undefined)) {
      this.leaving = this.stages.pop();
      if (this.leaving) this.inFlight--;
      this.stages.unshift(issued);
    }

    if (d.answer) this.busTimer = p.tBURST * this.answerBursts - 1;
    else if (d.copy || d.read >= 0) this.busTimer = p.tBURST - 1;
    else if (d.write) this.busTimer = 2 * p.tBURST - 1;
    else if (this.busTimer > 0) this.busTimer--;

    if (d.write) this.fresh = this.replica;
    if (d.startCalibration) this.calibrationTimer = gainBits * (p.tAxTh + 3);
    else if (this.calibrationTimer > 0 && --this.calibrationTimer === 0) this.fresh = false;
    this.copyTimer = d.copy ? p.tCL + p.tBURST - 1 : Math.max(0, this.copyTimer - 1);
    this.evaluateTimer = d.startEvaluation ? p.tAxTh + 2 : Math.max(0, this.evaluateTimer - 1);
    this.answerTimer = d.answer ? p.tCL + p.tBURST * this.answerBursts - 1 : Math.max(0, this.answerTimer - 1);
    if (d.copy) this.copying = true;
    else if (d.startEvaluation) this.copying = false;
    if (d.startEvaluation) this.evaluating = true;
    else if (d.answer) this.evaluating = false;
    if (d.answer) this.answering = true;
    else if (prunedMoves) this.answering = false;
  }
}
