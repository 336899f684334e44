/** DESIGN on the command line: a preset, a `.json` file of parameters, or a `.ts` file that exports a part. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Architecture } from '../architectures/architecture.ts';
import {
  type ArchitectureName,
  architectureNames,
  isArchitecture,
  loadArchitecture,
  presets,
} from '../architectures/names.ts';
import type { Part } from '../dsl/component.ts';
import { loadMachine } from '../explore/machines/load.ts';
import type { MachineMaker } from '../explore/machines/machine.ts';
import { nameProblem } from '../dsl/names.ts';
import { type Problem, ProblemsError, PrunusError } from '../errors.ts';
import { applySettings, nearest, readObject, type Values } from './settings.ts';

export interface Design {
  /** As the user named it: `sprint-s`, `lab`. */
  readonly label: string;
  /** Prefix of the Verilog names, and the top module. */
  readonly name: string;
  readonly part: Part;
  /** Absent for a `.ts` design, as is the machine. */
  readonly architecture: ArchitectureName | undefined;
  readonly machine: MachineMaker | undefined;
  /** The parameters that the user wrote, in a file or with --set. */
  readonly chosen: Values;
  /** Thresholds that the design file names, for runs that say nothing else. */
  readonly thresholds: { readonly path: string; readonly layer: string | undefined } | undefined;
  /** `flow` of the design file: what to write beside the Verilog. Not checked. */
  readonly flow: unknown;
  /** `system` of the design file: what is put around the design. Not checked. */
  readonly system: unknown;
  /** The same with sizes that the user has not chosen. */
  readonly resized: (sizes: Values) => Design;
}

/**
 * Finds and checks a design. Throws PR0701 unknown, PR0702 a file that cannot be read or is malformed, PR0703 no design in
 * it, PR0705 --set with a `.ts` file, and what is wrong with the parameters.
 */
export async function findDesign(given: string, settings: readonly string[] = []): Promise<Design> {
  if (/\.[cm]?[tj]s$/.test(given)) {
    if (settings.length > 0) {
      const message = `--set changes presets and .json files; ${given} is a program.`;
      throw new PrunusError('PR0705', message, 'change the parameters in the file.');
    }
    return programDesign(given);
  }
  if (given.endsWith('.json')) return fileDesign(given, settings);
  const preset = presets().find((p) => p.name === given);
  if (!preset) {
    const names = presets().map((p) => p.name);
    const fix = `did you mean ${nearest(given, names)[0]}? There are ${names.join(', ')}, and .json and .ts files.`;
    throw new PrunusError('PR0701', `there is no design '${given}'.`, fix);
  }
  const by = await known(preset.architecture);
  refuseWithout(by, {}, settings);
  const chosen = applySettings(by.schema, preset.architecture, {}, settings);
  return made(given, by, preset.parameters, chosen);
}

interface Known extends Architecture {
  readonly name: ArchitectureName;
  readonly machine: MachineMaker;
}

async function known(name: ArchitectureName): Promise<Known> {
  const [architecture, machine] = await Promise.all([loadArchitecture(name), loadMachine(name)]);
  return { ...architecture, name, machine };
}

/** Throws PR0101 for what another architecture has and this one never could. */
function refuseWithout({ name, without = {} }: Known, given: Values, settings: readonly string[]): void {
  const names = [...Object.keys(given), ...settings.map((setting) => setting.split(/[.=]/, 1)[0])];
  const groups = Object.keys(without).filter((group) => names.includes(group));
  if (groups.length === 0) return;
  throw new ProblemsError(groups.map((g) => ({ code: 'PR0101', path: `${name}.${g}`, message: without[g] })));
}

type Sections = Pick<Design, 'thresholds' | 'flow' | 'system'>;
const noSections: Sections = { thresholds: undefined, flow: undefined, system: undefined };

function made(label: string, by: Known, base: Values, chosen: Values, sections = noSections): Design {
  const part = by.make({ ...base, ...chosen });
  // Where in this program the part was made is no help to whoever typed the command.
  if (part.problems.length > 0) throw new ProblemsError(part.problems.map((p) => ({ ...p, at: undefined })));
  const resized = (sizes: Values) => made(label, by, { ...base, ...sizes }, chosen, sections);
  return {
    label,
    name: verilogName(label),
    part,
    architecture: by.name,
    machine: by.machine,
    chosen,
    ...sections,
    resized,
  };
}

/** `sprint-s` becomes `sprint_s`; what Verilog does not take as a name becomes `design_...`. */
function verilogName(label: string): string {
  const name = label.replaceAll(/[^A-Za-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '');
  return nameProblem(name.toLowerCase()) === undefined ? name.toLowerCase() : `design_${name.toLowerCase()}`;
}

const stem = (path: string): string => basename(path).replace(/\.[^.]*$/, '');

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file' : `cannot be read (${code ?? String(cause)})`;
    throw new PrunusError('PR0702', `${path}: ${why}.`);
  }
}

async function fileDesign(path: string, settings: readonly string[]): Promise<Design> {
  let content: unknown;
  try {
    content = JSON.parse(readText(path));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new PrunusError('PR0702', `${path}: is not JSON: ${cause.message}.`);
  }
  const names = architectureNames;
  const example = `{"architecture": "${names[0]}", "corelets": 2}`;
  if (content === null || typeof content !== 'object' || Array.isArray(content)) {
    throw new PrunusError('PR0702', `${path}: holds no object.`, `write for instance ${example}.`);
  }
  const { architecture, thresholds, layer, flow, system, ...given } = content as Record<string, unknown>;
  if (typeof architecture !== 'string' || !isArchitecture(architecture)) {
    const said = architecture === undefined ? 'is missing' : `is ${JSON.stringify(architecture)}`;
    throw new PrunusError(
      'PR0702',
      `${path}: architecture ${said}; ${names.join(', ')} can be chosen.`,
      `as in ${example}.`,
    );
  }
  const by = await known(architecture);
  refuseWithout(by, given, settings);
  const chosen = applySettings(by.schema, architecture, withDeviceFile(path, given), settings);
  return made(stem(path), by, {}, chosen, { thresholds: thresholdsOf(path, thresholds, layer), flow, system });
}

/** A device that is described in a file of its own: a path from where the design file is. */
function withDeviceFile(file: string, given: Values): Values {
  const reram = given['reram'] as Values | undefined;
  const device = reram?.['device'];
  if (typeof device !== 'string' || !device.endsWith('.json')) return given;
  return { ...given, reram: { ...reram, device: readObject(resolve(dirname(file), device)) } };
}

/** `thresholds` of a design file: a path from where the file is, and maybe `layer`. */
function thresholdsOf(file: string, thresholds: unknown, layer: unknown): Design['thresholds'] {
  if (thresholds === undefined && layer === undefined) return undefined;
  if (typeof thresholds !== 'string' || !/\.(npy|json)$/.test(thresholds)) {
    const fix = 'name a .npy file, or a .json file that `prunus learn` wrote.';
    throw new PrunusError('PR0702', `${file}: thresholds is ${JSON.stringify(thresholds)}, which is no file.`, fix);
  }
  const name = layer === undefined ? undefined : String(layer as string | number);
  return { path: resolve(dirname(file), thresholds), layer: name };
}

async function programDesign(path: string): Promise<Design> {
  readText(path);
  let exported: Exports;
  try {
    exported = await exportsOf(resolve(path));
  } catch (cause) {
    throw asProblem(cause) ?? new PrunusError('PR0702', `${path}: does not load: ${firstLine(cause)}`);
  }
  // A component that is called without parameters is meant with its defaults.
  const given = exported.default;
  const part = typeof given === 'function' && 'definition' in given ? (given as unknown as () => unknown)() : given;
  if (!isPart(part)) {
    const fix = 'end the file with `export default accelerator(...)`, or the part that a component gives when called.';
    throw new PrunusError('PR0703', `${path}: its default export is no design.`, fix);
  }
  const design: Design = {
    label: stem(path),
    name: verilogName(stem(path)),
    part,
    architecture: undefined,
    machine: undefined,
    chosen: {},
    thresholds: thresholdsOf(path, exported.thresholds, exported.layer),
    flow: exported.flow,
    system: exported.system,
    resized: () => design,
  };
  return design;
}

/** What a program that describes a design exports: the part, and as in a `.json` file `thresholds`, `layer`, `flow` and `system`. */
interface Exports {
  readonly default?: unknown;
  readonly thresholds?: unknown;
  readonly layer?: unknown;
  readonly flow?: unknown;
  readonly system?: unknown;
}

/** The module system is the file's own: a CommonJS one imported as ESM would lose the lines that messages point at. */
async function exportsOf(path: string): Promise<Exports> {
  if (isModule(path)) {
    const { tsImport } = await import('tsx/esm/api');
    return (await tsImport(pathToFileURL(path).href, import.meta.url)) as Exports;
  }
  const { require: load } = await import('tsx/cjs/api');
  return load(path, import.meta.url) as Exports;
}

/** By extension, or by `type` of the nearest package.json, as Node has it. */
function isModule(path: string): boolean {
  if (/\.m[tj]s$/.test(path)) return true;
  if (/\.c[tj]s$/.test(path)) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { type?: string }).type === 'module';
    if (dirname(folder) === folder) return false;
  }
}

const firstLine = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';

/** The file has its own copy of the library's error classes, so they are known by name. */
function asProblem(cause: unknown): PrunusError | undefined {
  if (!(cause instanceof Error)) return undefined;
  if (cause.name === 'ProblemsError') return new ProblemsError((cause as unknown as { problems: Problem[] }).problems);
  const { code, fix } = cause as unknown as { code: string; fix: string | undefined };
  return cause.name === 'PrunusError' ? new PrunusError(code, cause.message, fix) : undefined;
}

function isPart(value: unknown): value is Part {
  return (
    value !== null && typeof value === 'object' && 'definition' in value && 'ports' in value && 'problems' in value
  );
}
