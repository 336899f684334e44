import { type Field, fieldWidth, type Kind, payloadWidth, type Stream } from './kinds.ts';
import type { NetInstance, Netlist, NetModule } from './netlist.ts';

/** What a watch sees of a stream: all its signals, none of which it drives. */
const watched = (stream: Stream): Kind => {
  const of = (field: Field) => ({ field, from: 'master' as const });
  const one: Field = { shape: 'scalar', signed: false, width: 1 };
  const payload = Object.entries(stream.payload.fields).map(([name, field]) => [name, of(field)] as const);
  return {
    kind: 'interface',
    name: 'watched',
    signals: { valid: of(one), ready: of(one), ...Object.fromEntries(payload) },
  };
};

const template = `  wire [WIDTH-1:0] item = { {{#each names}}{{#unless @first}}, {{/unless}}stream_{{this}}{{/each}} };
  reg waiting;
  reg [WIDTH-1:0] held;

  always @(posedge clk) begin
    if (stream_valid && !stream_ready) held <= item;
  end

  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) waiting <= 1'b0;
    else begin
      waiting <= stream_valid && !stream_ready;
      if ((stream_valid ^ stream_valid) !== 1'b0) begin
        $display("PR0530 %m: stream of {{payload}}: valid is unknown");
        $fatal;
      end
      if (waiting && !stream_valid) begin
        $display("PR0530 %m: stream of {{payload}}: valid fell before the item had moved");
        $fatal;
      end
      if (waiting && item !== held) begin
        $display("PR0530 %m: stream of {{payload}}: the payload changed before the item had moved");
        $fatal;
      end
    end
  end`;

function watchModule(name: string, stream: Stream): NetModule {
  const { payload } = stream;
  return {
    name,
    component: 'watch',
    summary: `Stops the simulation when a stream of ${payload.name} breaks the rules of valid and ready. Not for synthesis.`,
    parameters: {},
    notes: {},
    ports: [{ port: 'stream', index: undefined, name: 'stream', direction: 'in', kind: watched(stream) }],
    body: {
      kind: 'leaf',
      template: { text: template },
      forms: {},
      constants: { WIDTH: payloadWidth(payload) },
      view: { payload: payload.name, names: Object.keys(payload.fields) },
    },
  };
}

const shapeOf = ({ payload }: Stream): string =>
  JSON.stringify([payload.name, Object.entries(payload.fields).map(([name, f]) => [name, f.signed, fieldWidth(f)])]);

/**
 * The same design, for simulation, with a watch at every stream between two instances, on every level. Where an offered item is
 * withdrawn or changed before it has moved, the simulation stops and names the place: `top.corelet0.watch_scoring_scores`.
 */
export function watchStreams(netlist: Netlist): Netlist {
  const watches = new Map<string, NetModule>();
  const names = new Set(netlist.modules.map((m) => m.name));
  const fresh = (base: string, taken: ReadonlySet<string>): string => {
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${'x'.repeat(i)}`;
    return name;
  };
  const watchOf = (stream: Stream): string => {
    const shape = shapeOf(stream);
    const known = watches.get(shape);
    if (known) return known.name;
    const made = watchModule(fresh(`${netlist.top}_watch_${stream.payload.name}`, names), stream);
    names.add(made.name);
    watches.set(shape, made);
    return made.name;
  };
  const modules = netlist.modules.map((module): NetModule => {
    const { body } = module;
    if (body.kind === 'leaf') return module;
    const used = new Set([...module.ports, ...body.nets, ...body.instances].map((x) => x.name));
    // What one end forgets in a reset of its own, the watch forgets too.
    const resetOf = (net: string) =>
      body.instances.find((i) => i.reset && Object.values(i.pins).some((p) => 'net' in p && p.net === net))?.reset;
    const added = body.nets.flatMap(({ name, kind }): NetInstance[] => {
      if (kind.kind !== 'stream') return [];
      const reset = resetOf(name);
      const pins = { stream: { net: name } };
      return [{ name: fresh(`watch_${name}`, used), module: watchOf(kind), pins, ...(reset ? { reset } : {}) }];
    });
    return { ...module, body: { ...body, instances: [...body.instances, ...added] } };
  });
  return { top: netlist.top, modules: [...watches.values(), ...modules] };
}
