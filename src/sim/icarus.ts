/**
 * The same cases through Icarus Verilog, from a generated test bench: an independent second opinion that also sees
 * unknown values. Some hundred times slower than Verilator: for up to about 10 000 cycles.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { PrunusError } from '../errors.ts';
import type { CaseResult, CaseStatus, Column, OutputResult, SimCase, Violation } from './cases.ts';
import { caseStatuses, violationKinds } from './cases.ts';
import { runTool } from './processes.ts';
import { programmingBytes, programmingFile } from './programming.ts';
import { OutputItems } from './results.ts';
import { recordRun } from './ledger.ts';
import type { RunSimOptions, WavesWindow } from './options.ts';
import { encodeStimulus, headerWords } from './stimulus.ts';
import { renderSim } from './templates.ts';
import {
  type FieldDesc,
  isVerilog,
  itemWords,
  type SimTop,
  type StreamPortDesc,
  topPorts,
  type WireDesc,
} from './top.ts';
import { inTemporaryFolder, writeFiles } from './workspace.ts';

interface IcarusRun extends RunSimOptions {
  readonly waves?: WavesWindow | undefined;
  readonly defines?: readonly string[] | undefined;
}

/** Compiles once without running, so that a design Icarus does not take is refused early. Throws PR0511. */
export async function buildIcarus(top: SimTop, signal?: AbortSignal, defines: readonly string[] = []): Promise<void> {
  await inTemporaryFolder((folder) => compile(top, folder, headerWords, defines, signal));
}

async function compile(
  top: SimTop,
  folder: string,
  words: number,
  defines: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await writeFiles(folder, top.files);
  await writeFile(join(folder, 'prunus_testbench.v'), await renderTestbench(top));
  // Last, so that the design does not inherit its time scale.
  const sources = [...top.files.filter(isVerilog).map((f) => f.path), 'prunus_testbench.v'];
  const flags = [
    '-g2005',
    '-Wall',
    ...defines.map((d) => `-D${d}`),
    '-s',
    'prunus_testbench',
    `-Pprunus_testbench.WORDS=${words}`,
  ];
  await runTool('iverilog', [...flags, '-o', 'prunus.vvp', ...sources], { cwd: folder, signal });
}

/** Compiles and runs a batch; see `Simulation.run`. */
export async function runIcarus(top: SimTop, cases: readonly SimCase[], options: IcarusRun): Promise<CaseResult[]> {
  const words = encodeStimulus(top, cases);
  const { signal, waves } = options;
  return inTemporaryFolder(async (folder) => {
    await compile(top, folder, words.length, options.defines ?? [], signal);
    const lines = Array.from(words, (w) => w.toString(16));
    await writeFile(join(folder, 'prunus_stimulus.hex'), `${lines.join('\n')}\n`);
    const args = ['-n', 'prunus.vvp', '+stimulus=prunus_stimulus.hex'];
    const programming = programmingBytes(cases);
    if (programming) {
      await writeFile(join(folder, programmingFile), programming);
      args.push(`+programming=${programmingFile}`);
    }
    if (waves) {
      args.push(`+waves=${resolve(waves.file)}`, `+waves_case=${waves.case ?? 0}`, `+waves_from=${waves.from ?? 0}`);
      if (waves.to !== undefined) args.push(`+waves_to=${waves.to}`);
    }
    const { stdout, stderr } = await runTool('vvp', args, { cwd: folder, signal, timeoutMs: options.timeoutMs });
    const results = parseEvents(top, cases.length, stdout, stderr);
    recordRun('icarus', results);
    return results;
  });
}

const field = z.strictObject({
  name: z.string(),
  stream: z.string(),
  msb: z.int(),
  width: z.int(),
  count: z.int(),
  wide: z.boolean(),
  highWidth: z.int(),
});
const stream = z.strictObject({ name: z.string(), id: z.int(), fields: z.array(field) });
const wire = z.strictObject({ name: z.string(), msb: z.int(), id: z.int(), index: z.int() });
const testbenchView = z.strictObject({
  module: z.string(),
  inputs: z.array(stream.extend({ itemWords: z.int() })),
  outputs: z.array(stream.extend({ outputId: z.int(), payload: z.string(), payloadMsb: z.int() })),
  inputWires: z.array(wire),
  outputWires: z.array(wire),
  ports: z.array(z.strictObject({ name: z.string(), comma: z.string() })),
});

/** The text of the test bench for a top. */
export function renderTestbench(top: SimTop): Promise<string> {
  const streamView = (s: StreamPortDesc, id: number) => ({
    name: s.name,
    id,
    fields: s.fields.map(({ name, width, count }) => ({
      name,
      width,
      count,
      stream: s.name,
      msb: width * count - 1,
      wide: width > 32,
      highWidth: width - 32,
    })),
  });
  const ids = top.inputs.length + top.outputs.length;
  const wireView = (w: WireDesc, index: number) => ({ name: w.name, msb: w.width - 1, id: ids + index, index });
  const ports = topPorts(top);
  return renderSim('testbench.v.hbs', testbenchView, {
    module: top.top,
    inputs: top.inputs.map((s, i) => ({ ...streamView(s, i), itemWords: itemWords(s) })),
    outputs: top.outputs.map((s, i) => ({
      ...streamView(s, top.inputs.length + i),
      outputId: i,
      payload: s.fields.length > 0 ? `{${s.fields.map((f) => `p_${s.name}_${f.name}`).join(', ')}}` : "1'b0",
      payloadMsb: Math.max(payloadBits(s), 1) - 1,
    })),
    inputWires: top.inputWires.map(wireView),
    outputWires: top.outputWires.map(wireView),
    ports: ports.map((p, i) => ({ name: p.name, comma: i === ports.length - 1 ? '' : ',' })),
  });
}

const payloadBits = (s: StreamPortDesc): number => s.fields.reduce((n, f) => n + f.width * f.count, 0);

const maxViolations = 64;

/** The test bench's lines to results. Throws PR0514 when it stopped early. */
function parseEvents(top: SimTop, cases: number, stdout: string, stderr: string): CaseResult[] {
  const results: CaseResult[] = [];
  const other: string[] = [];
  const names = [...top.inputs, ...top.outputs, ...top.outputWires].map((s) => s.name);
  let current = newCase(top);
  for (const line of stdout.split('\n')) {
    const [kind, a, b, c] = line.split(' ') as [string, string, string, string];
    if (kind === 'O') {
      const output = current.outputs[Number(a)]!;
      output.cycles.push(Number(b));
      output.payloads.push(BigInt(`0x${known(c)}`));
    } else if (kind === 'A') current.accepted[Number(a)]!.push(Number(b));
    else if (kind === 'W') current.wires[Number(a)] = BigInt(`0x${known(b)}`);
    else if (kind === 'V') {
      const violation: Violation = { stream: names[Number(a)]!, kind: violationKinds[Number(b)]!, cycle: Number(c) };
      if (current.violationCount++ < maxViolations) current.violations.push(violation);
    } else if (kind === 'E') {
      results.push(finish(top, current, caseStatuses[Number(a)]!, Number(b)));
      current = newCase(top);
    } else if (line.trim() !== '') other.push(line);
  }
  if (results.length !== cases) {
    throw new PrunusError(
      'PR0514',
      `The simulation of ${top.top} stopped in case ${results.length}: ${[...other, stderr].join('\n').trim()}`,
    );
  }
  return results;
}

/** Unknown digits as 0: a violation of kind `unknown` has been reported beside them. */
const known = (hex: string): string => hex.replaceAll(/[xz]/gi, '0');

interface OpenCase {
  outputs: { cycles: number[]; payloads: bigint[] }[];
  accepted: number[][];
  wires: bigint[];
  violations: Violation[];
  violationCount: number;
}

const newCase = (top: SimTop): OpenCase => ({
  outputs: top.outputs.map(() => ({ cycles: [], payloads: [] })),
  accepted: top.inputs.map(() => []),
  wires: [],
  violations: [],
  violationCount: 0,
});

function finish(top: SimTop, c: OpenCase, status: CaseStatus, cycles: number): CaseResult {
  const outputs: Record<string, OutputResult> = {};
  top.outputs.forEach((s, i) => (outputs[s.name] = outputItems(s, c.outputs[i]!.cycles, c.outputs[i]!.payloads)));
  const accepted: Record<string, Uint32Array> = {};
  top.inputs.forEach((s, i) => (accepted[s.name] = Uint32Array.from(c.accepted[i]!)));
  const wires: Record<string, number> = {};
  top.outputWires.forEach((w, i) => (wires[w.name] = element(c.wires[i]!, w)));
  return { status, cycles, outputs, accepted, wires, violations: c.violations, violationCount: c.violationCount };
}

function outputItems(s: StreamPortDesc, cycles: readonly number[], payloads: readonly bigint[]): OutputResult {
  const columns: Record<string, Column> = {};
  let low = payloadBits(s);
  for (const f of s.fields) {
    low -= f.width * f.count;
    columns[f.name] = column(f, payloads, BigInt(low));
  }
  return new OutputItems(s.fields, Uint32Array.from(cycles), columns);
}

function column(f: FieldDesc, payloads: readonly bigint[], low: bigint): Column {
  const size = payloads.length * f.count;
  const values = f.width > 32 ? new Float64Array(size) : f.signed ? new Int32Array(size) : new Uint32Array(size);
  payloads.forEach((payload, i) => {
    let rest = payload >> low;
    for (let e = 0; e < f.count; e++) {
      values[i * f.count + e] = element(rest, f);
      rest >>= BigInt(f.width);
    }
  });
  return values;
}

const element = (value: bigint, f: { readonly width: number; readonly signed: boolean }): number =>
  Number(f.signed ? BigInt.asIntN(f.width, value) : BigInt.asUintN(f.width, value));
