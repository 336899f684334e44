import type { Field, Kind } from '../dsl/kinds.ts';
import {
  type Net,
  type NetInstance,
  type NetModule,
  openNet,
  signalsOf,
  type StructureBody,
  unusedNet,
} from '../dsl/netlist.ts';
import { declaration, literal, moduleFoot, moduleHead } from './verilog.ts';
import { wrapVerilog } from './wrap.ts';

const connection = (net: Net, suffix: string): string =>
  'net' in net ? net.net + suffix : 'constant' in net ? literal(net.constant, net.field) : '';

function instanceText(instance: NetInstance, module: NetModule): string {
  const pins = module.ports.flatMap((port) => {
    const net = instance.pins[port.name]!;
    return signalsOf(port.kind).map((s) => {
      const to = 'open' in net ? openNet(instance.name, port.name) : connection(net, s.suffix);
      return `    .${port.name}${s.suffix}(${to})`;
    });
  });
  return `  ${module.name} ${instance.name} (\n${['    .clk(clk)', `    .rst_n(${instance.reset ?? 'rst_n'})`, ...pins].join(',\n')}\n  );`;
}

function aliasText(port: string, kind: Kind, net: Net): string[] {
  return signalsOf(kind).map((s) =>
    s.forward
      ? `  assign ${port}${s.suffix} = ${connection(net, s.suffix)};`
      : `  assign ${connection(net, s.suffix)} = ${port}${s.suffix};`,
  );
}

/** Outputs that nobody reads: tools want them connected, and read. */
function openPins(body: StructureBody, modules: ReadonlyMap<string, NetModule>): { name: string; field: Field }[] {
  return body.instances.flatMap((instance) =>
    modules
      .get(instance.module)!
      .ports.flatMap((port) =>
        'open' in instance.pins[port.name]! && port.direction === 'out' && port.kind.kind === 'wire'
          ? [{ name: openNet(instance.name, port.name), field: port.kind.field }]
          : [],
      ),
  );
}

/** The different leaf modules within a structure, at any depth. */
const leavesOf = (body: StructureBody, modules: ReadonlyMap<string, NetModule>): ReadonlySet<string> =>
  new Set(
    body.instances.flatMap(({ module }) => {
      const inner = modules.get(module)!.body;
      return inner.kind === 'structure' ? [...leavesOf(inner, modules)] : [module];
    }),
  );

/** Prints a level of the hierarchy: its nets, its instances with every pin named, and outputs that repeat another net. */
export function emitStructure(
  module: NetModule,
  body: StructureBody,
  modules: ReadonlyMap<string, NetModule>,
  replicated: boolean,
): string {
  const nets = body.nets.flatMap(({ name, kind }) =>
    signalsOf(kind).map((s) => `  ${declaration('wire', name + s.suffix, s.field)};`),
  );
  const open = openPins(body, modules);
  nets.push(...open.map((o) => `  ${declaration('wire', o.name, o.field)};`));
  const unused = open.length ? `  wire ${unusedNet} = &{ 1'b0, ${open.map((o) => o.name).join(', ')} };` : '';
  const parts = [
    // For g++ all copies of a large module in one function are too much. Small ones run faster inlined.
    replicated && leavesOf(body, modules).size > 8 ? '  /*verilator no_inline_module*/' : '',
    nets.join('\n'),
    ...body.instances.map((i) => instanceText(i, modules.get(i.module)!)),
    body.aliases.flatMap((a) => aliasText(a.port, a.kind, a.net)).join('\n'),
    unused,
  ];
  return moduleHead(module, '') + wrapVerilog(parts.filter(Boolean).join('\n\n')) + moduleFoot;
}
