/** Protocol checkers on the AXI ports of a design's top, for simulation. */
import { fieldWidth, type Interface } from '../dsl/kinds.ts';
import type { NetInstance, Netlist, NetModule } from '../dsl/netlist.ts';
import type { TemplateReader } from '../emit/leaf.ts';

type Signals = Interface['signals'];

/** What a watch sees of a bus: all its signals, none of which it drives. */
const watched = (signals: Signals): Interface => ({
  kind: 'interface',
  name: 'watched',
  signals: Object.fromEntries(
    Object.entries(signals).map(([name, s]) => [name, { field: s.field, from: 'master' as const }]),
  ),
});

/** The channels of a bus: what is between `<channel>valid` and `<channel>ready` belongs to them. */
function channelsOf(signals: Signals) {
  const names = Object.keys(signals);
  return names
    .filter((name) => name.endsWith('valid'))
    .map((name) => name.slice(0, -'valid'.length))
    .map((channel) => {
      const payload = names.filter((n) => n.startsWith(channel) && n !== `${channel}valid` && n !== `${channel}ready`);
      const width = payload.reduce((sum, n) => sum + fieldWidth(signals[n]!.field), 0);
      return { channel, payload, width, control: payload.filter((n) => !/^(w|r|t)data$/.test(n)) };
    });
}

export const busKinds = ['axi_lite', 'axi', 'axi_stream'] as const;
type BusKind = (typeof busKinds)[number];

/** A checker of a bus: every rule that it finds broken stops the simulation with PR0531, the place and the rule. */
export function busWatch(name: string, bus: Interface, read: TemplateReader): NetModule {
  const { signals } = bus;
  const width = (signal: string): number => (signals[signal] ? fieldWidth(signals[signal].field) : 0);
  const lanes = Math.max(width('wdata'), width('tdata')) / 8;
  return {
    name,
    component: `${bus.name}_watch`,
    summary: `Stops the simulation when a rule of the ${bus.name} protocol is broken. Not for synthesis.`,
    parameters: {},
    notes: {},
    ports: [{ port: 'bus', index: undefined, name: 'bus', direction: 'in', kind: watched(signals) }],
    body: {
      kind: 'leaf',
      template: { text: read(bus.name === 'axi_stream' ? 'system/axi-stream-watch.v.hbs' : 'system/axi-watch.v.hbs') },
      forms: {},
      constants: { LANES: lanes, DATA: 8 * lanes },
      view: {
        channels: channelsOf(signals),
        full: bus.name === 'axi',
        lanes,
        size: Math.log2(Math.max(1, lanes)),
        user: 'tuser' in signals,
      },
    },
  };
}

const isBus = (name: string): name is BusKind => (busKinds as readonly string[]).includes(name);

/** The same design, for simulation, with a checker on every AXI port of its top. */
export function watchBuses(netlist: Netlist, read: TemplateReader): Netlist {
  const top = netlist.modules.find((m) => m.name === netlist.top)!;
  if (top.body.kind === 'leaf') return netlist;
  const modules = new Map<string, NetModule>();
  const added = top.ports.flatMap(({ name, kind }): NetInstance[] => {
    if (kind.kind !== 'interface' || !isBus(kind.name)) return [];
    // A stream with TUSER has a watch of its own.
    const module = `${netlist.top}_${kind.name}_watch${'tuser' in kind.signals ? '_user' : ''}`;
    if (!modules.has(module)) modules.set(module, busWatch(module, kind, read));
    return [{ name: `watch_${name}`, module, pins: { bus: { net: name } } }];
  });
  const body = { ...top.body, instances: [...top.body.instances, ...added] };
  return {
    top: netlist.top,
    modules: [...modules.values(), ...netlist.modules.map((m) => (m === top ? { ...m, body } : m))],
  };
}
