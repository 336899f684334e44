/**
 * Memories for memory compilers: `mems.json` and `mems.conf`, and for each SRAM a body made of OpenRAM's macros (one write, one
 * read port) and one of fakeram's (one port), with what these compilers read and file lists that take these bodies.
 */
import type { NetModule } from '../dsl/netlist.ts';
import { selectFiles } from '../emit/design.ts';
import { type FlowDesign, type FlowFile, instancesOf } from './design.ts';
import { fakeramBody, fakeramConfiguration, fakeramStub } from './fakeram.ts';
import type { Bundle } from './memory-body.ts';
import { openramBody, openramConfiguration, openramStub } from './openram.ts';
import { type Tiling, tiling } from './tiling.ts';

interface Memory {
  readonly module: NetModule;
  readonly depth: number;
  readonly width: number;
  readonly technology: 'sram' | 'reram';
  readonly instances: readonly string[];
}

/** The memories of a design, in the order of its modules. */
function memoriesOf({ netlist }: FlowDesign): Memory[] {
  const all = instancesOf(netlist);
  return netlist.modules
    .filter((m) => m.component === 'memory')
    .map((module) => {
      const { depth, width, technology } = module.parameters as unknown as Omit<Memory, 'module' | 'instances'>;
      const instances = all.filter((i) => i.module === module).map((i) => i.path);
      return { module, depth, width, technology, instances };
    });
}

export function memories(design: FlowDesign): FlowFile[] {
  const { netlist, settings } = design;
  const found = memoriesOf(design);
  const tiled = found
    .filter((m) => m.technology === 'sram' && m.depth * m.width >= settings.smallestMacro)
    .map((m) => ({ ...m, tiling: tiling(m, settings) }));
  return [
    {
      path: 'memories/mems.json',
      text: `${JSON.stringify({ top: netlist.top, memories: found.map((m) => entry(m, tiled)) }, undefined, 2)}\n`,
    },
    { path: 'memories/mems.conf', text: found.map(confLine).join('') },
    ...compiler(design, tiled, {
      name: 'openram',
      body: openramBody,
      stub: openramStub,
      configuration: (macros) => macros.map((m) => openramConfiguration(m, settings)),
    }),
    ...compiler(design, tiled, {
      name: 'fakeram',
      body: fakeramBody,
      stub: fakeramStub,
      configuration: (macros) => (macros.length === 0 ? [] : [fakeramConfiguration(macros, settings)]),
    }),
  ];
}

interface Tiled extends Memory {
  readonly tiling: Tiling;
}

function entry({ module, depth, width, technology, instances }: Memory, tiled: readonly Tiled[]): unknown {
  const of = tiled.find((t) => t.module === module)?.tiling;
  const macro = ({ banks, slices, macroDepth, macroWidth }: Tiling, name: string, copies: number) => ({
    macro: name,
    words: macroDepth,
    width: macroWidth,
    banks,
    slices,
    copies,
  });
  return {
    name: module.name,
    role: module.parameters['role'],
    technology,
    depth,
    width,
    bits: depth * width,
    ports: { write: 1, read: 1 },
    write_mask: null,
    read_latency: 1,
    read_of_word_being_written: 'old word',
    reset: false,
    instances,
    openram: of ? macro(of, of.openram, 1) : null,
    fakeram: of ? macro(of, of.fakeram, 2) : null,
  };
}

/** A line of the format that Chisel's and Rocket Chip's memory compilers read. */
const confLine = ({ module, depth, width }: Memory): string =>
  `name ${module.name} depth ${depth} width ${width} ports write,read\n`;

interface Compiler {
  readonly name: 'openram' | 'fakeram';
  readonly body: (bundle: Bundle) => string;
  readonly stub: (tiling: Tiling) => string;
  readonly configuration: (macros: readonly Tiling[]) => readonly FlowFile[];
}

/** Bodies of the memories, stubs of the macros in them, what the compiler reads, and a file list. */
function compiler(
  design: FlowDesign,
  tiled: readonly Tiled[],
  { name, body, stub, configuration }: Compiler,
): FlowFile[] {
  const macros = [...new Map(tiled.map((m) => [m.tiling[name], m.tiling])).values()];
  const folder = `memories/${name}`;
  const bodies = tiled.map(({ module, tiling: of }) => ({
    path: `${folder}/${module.name}.v`,
    text: body({ module, tiling: of, read: design.read }),
  }));
  const stubs = macros.map((m) => ({ path: `${folder}/${m[name]}.v`, text: stub(m) }));
  const own = new Map(tiled.map(({ module }, i) => [module.name, bodies[i]!.path]));
  // Memories that are too small for a macro get their inferable body.
  const rtl = new Map(selectFiles(design.files, 'emulation').map((f) => [f.module, f.path]));
  const small = new Set(memoriesOf(design).flatMap((m) => (m.technology === 'sram' ? [m.module.name] : [])));
  const list = selectFiles(design.files, 'asic').map(
    (f) => own.get(f.module) ?? (small.has(f.module) ? rtl.get(f.module)! : f.path),
  );
  return [
    ...bodies,
    ...stubs,
    ...configuration(macros),
    {
      path: `${design.netlist.top}_asic_${name}.f`,
      text: [...stubs.map((s) => s.path), ...list].map((p) => `${p}\n`).join(''),
    },
  ];
}
