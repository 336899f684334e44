/** The generated part of the C++ driver: which port is where in the Verilated model. */
import { z } from 'zod';

import { PrunusError } from '../errors.ts';
import { renderSim } from './templates.ts';
import { layoutHash, type SimTop, type StreamPortDesc, topPorts, type WireDesc } from './top.ts';

const portField = z.strictObject({
  name: z.string(),
  port: z.string(),
  width: z.int(),
  count: z.int(),
  signed: z.boolean(),
});
const stream = z.strictObject({ name: z.string(), valid: z.string(), ready: z.string(), fields: z.array(portField) });
const wire = portField.omit({ count: true });
const harnessView = z.strictObject({
  top: z.string(),
  layout: z.int(),
  randomSeed: z.int().min(1),
  clk: z.string(),
  rstN: z.string(),
  inputs: z.array(stream),
  outputs: z.array(stream),
  inputWires: z.array(wire),
  outputWires: z.array(wire),
});

/** The text of harness.cpp for a top whose ports have these C++ names (from `verilatedPorts`). */
export function renderHarness(top: SimTop, names: ReadonlyMap<string, string>, randomSeed = 1): Promise<string> {
  const port = (name: string) => names.get(name)!;
  const streamView = (s: StreamPortDesc) => ({
    name: s.name,
    valid: port(`${s.name}_valid`),
    ready: port(`${s.name}_ready`),
    fields: s.fields.map(({ name, width, count, signed }) => ({
      name,
      port: port(`${s.name}_${name}`),
      width,
      count,
      signed,
    })),
  });
  const wireView = ({ name, width, signed }: WireDesc) => ({ name, port: port(name), width, signed });
  return renderSim('harness.cpp.hbs', harnessView, {
    top: top.top,
    layout: layoutHash(top),
    randomSeed,
    clk: port('clk'),
    rstN: port('rst_n'),
    inputs: top.inputs.map(streamView),
    outputs: top.outputs.map(streamView),
    inputWires: top.inputWires.map(wireView),
    outputWires: top.outputWires.map(wireView),
  });
}

/**
 * Verilog port name to C++ member, read from the header that Verilator wrote, and checked against the description.
 * Throws PR0504 naming every port that is missing, unknown, or of another width or direction.
 */
export function verilatedPorts(top: SimTop, header: string): Map<string, string> {
  const found = new Map<string, { member: string; bits: number; direction: 'in' | 'out' }>();
  for (const [, direction, member, high, low] of header.matchAll(/VL_(IN|OUT)(?:8|16|64|W)?\(&(\w+),(\d+),(\d+)/g)) {
    found.set(verilogName(member!), {
      member: member!,
      bits: Number(high) - Number(low) + 1,
      direction: direction === 'IN' ? 'in' : 'out',
    });
  }
  const problems: string[] = [];
  const names = new Map<string, string>();
  for (const p of topPorts(top)) {
    const f = found.get(p.name);
    found.delete(p.name);
    if (!f) problems.push(`has no port '${p.name}' (${p.bits} bits, ${p.direction}put)`);
    else if (f.bits !== p.bits || f.direction !== p.direction) {
      problems.push(
        `has '${p.name}' as ${f.direction}put of ${f.bits} bits, described as ${p.direction}put of ${p.bits}`,
      );
    } else names.set(p.name, f.member);
  }
  for (const [name, f] of found)
    problems.push(`has a port '${name}' (${f.bits} bits, ${f.direction}put) that is not described`);
  if (problems.length > 0) throw new PrunusError('PR0504', `Module ${top.top} ${problems.join('; ')}.`);
  return names;
}

/** Verilator writes `__` in a name as `___05F`, and puts `__SYM__` before what is a C++ keyword. */
const verilogName = (member: string): string => member.replace(/^__SYM__/, '').replaceAll('___05F', '__');
