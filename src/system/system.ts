/** A design with registers and AXI ports around it: what goes into a system on chip. */
import { axi, axiLite, axiStream, beatPayload, framedBeatPayload, resultBeatPayload, tags } from '../components/axi.ts';
import { axiChannels } from '../components/axi-channels/axi-channels.ts';
import { axiLiteRegisters } from '../components/axi-lite-registers/axi-lite-registers.ts';
import { axiReader } from '../components/axi-reader/axi-reader.ts';
import { axiStreamInput } from '../components/axi-stream-input/axi-stream-input.ts';
import { axiStreamOutput } from '../components/axi-stream-output/axi-stream-output.ts';
import { axiWriter } from '../components/axi-writer/axi-writer.ts';
import { beatCollect } from '../components/beat-collect/beat-collect.ts';
import { beatRoute } from '../components/beat-route/beat-route.ts';
import { codebookJoin } from '../components/codebook-join/codebook-join.ts';
import { counterTotals } from '../components/counter-totals/counter-totals.ts';
import { flagGather } from '../components/flag-gather/flag-gather.ts';
import { fifo } from '../components/fifo/fifo.ts';
import { headIssue } from '../components/head-issue/head-issue.ts';
import { headRecordBytes } from '../components/head-settings.ts';
import { layerFetch, scaleWordBytes } from '../components/layer-fetch/layer-fetch.ts';
import { loadJoin } from '../components/load-join/load-join.ts';
import { queryJoin } from '../components/query-join/query-join.ts';
import { type RegisterMap } from '../components/register-map.ts';
import { resultPack } from '../components/result-pack/result-pack.ts';
import { runControl } from '../components/run-control/run-control.ts';
import { scaleSplit } from '../components/scale-split/scale-split.ts';
import { tensorGate } from '../components/tensor-gate/tensor-gate.ts';
import type { Part } from '../dsl/component.ts';
import { bits, type Interface, type Stream, type Wire, wire } from '../dsl/kinds.ts';
import { type Directed, master, output, type Ports, slave } from '../dsl/ports.ts';
import { defineStructure, type End, type Instance, type Kit, type Sink, type Source } from '../dsl/structure.ts';
import { ProblemsError } from '../errors.ts';
import { checkParameters } from '../dsl/parameters.ts';
import { type AttentionCore, attentionCore } from './core.ts';
import { settled, settledParameters, type SystemChoice, type SystemOptions, systemParameters } from './options.ts';
import { settingsOf, systemRegisters } from './registers.ts';

/** Ports of a system; which of the tensors' there are is a matter of the options. */
type SystemPorts = {
  s_axi: Directed<'in', Interface<'axi_lite'>>;
  irq: Directed<'out', Wire<false>>;
  m_axi: Directed<'out', Interface<'axi'>>;
  m_axis_o: Directed<'out', Interface<'axi_stream'>>;
} & Record<`s_axis_${string}`, Directed<'in', Interface<'axi_stream'>>>;

/** Rows that come in, as streams and as tags of what is read. */
interface Rows {
  readonly name: 'k' | 'v' | 'q' | 'scales' | 'codebook';
  readonly tag: number;
  readonly bytes: number;
  readonly tokens: number;
  readonly fixed: number;
}

function rowsOf(core: AttentionCore, bytes: number): Rows[] {
  const word = scaleWordBytes(bytes);
  const codebook = core.codebook;
  const row = (name: Rows['name'], tag: number, size: number, more: Partial<Rows> = {}): Rows => ({
    name,
    tag,
    bytes: size,
    tokens: 1,
    fixed: 0,
    ...more,
  });
  return [
    row('k', tags.key, core.bytes.key),
    row('v', tags.value, core.bytes.value),
    row('q', tags.query, core.bytes.query),
    row('scales', tags.scale, word, { tokens: word / 8 }),
    ...(codebook ? [row('codebook', tags.codebook, codebook.columnBytes, { fixed: codebook.columns })] : []),
  ];
}

export interface System {
  readonly part: Part;
  readonly core: AttentionCore;
  readonly options: SystemOptions;
  readonly map: RegisterMap;
}

/** Name of the top module of a system. */
export const systemTop = ({ name }: Pick<RegisterMap, 'name'>): string => `${name}_system`;

type Loose = Record<string, End>;

/**
 * Puts a design into a system. `name` is the design's, as registers and driver have it. Throws PR1002 for a design that is not one of
 * attention, and what is wrong with the options.
 */
export function systemOf(part: Part, name: string, given: Partial<SystemChoice> = {}): System {
  const core = attentionCore(part);
  const { value, problems } = checkParameters(systemParameters, given, 'system');
  if (value === undefined || problems.length > 0) throw new ProblemsError(problems);
  const options = settled(value, core);
  const map = systemRegisters(name, core, options);
  const made = (options.kind === 'memory' ? memorySystem : streamSystem)(core, map)(options);
  return { part: made as unknown as Part, core, options, map };
}

const common = {
  s_axi: slave(axiLite(12)),
  irq: output(wire(bits(1))),
};

/** Tensors over AXI4-Stream. */
const streamSystem = (core: AttentionCore, map: RegisterMap) =>
  defineStructure({
    name: 'system',
    summary: `${core.part.definition.name} with registers on AXI4-Lite and its tensors on AXI4-Stream. clk is ACLK, rst_n is ARESETn.`,
    parameters: settledParameters,
    ports: (p) =>
      ({
        ...common,
        ...Object.fromEntries(
          rowsOf(core, p.dataBits / 8).map(({ name }) => [`s_axis_${name}`, slave(axiStream(p.dataBits / 8))]),
        ),
        m_axis_o: master(axiStream(p.dataBits / 8, 1)),
      }) as unknown as SystemPorts,
    build: (p, kit) => {
      const { instance, connect, port, tie } = kit;
      const bytes = p.dataBits / 8;
      const { registers, control, reset, shell } = inner(core, map, bytes, false, kit as never);
      const gates = rowsOf(core, bytes).map(({ name, bytes: rowBytes, tokens, fixed }) => {
        const pins = instance(`${name}_pins`, axiStreamInput({ bytes }));
        const waiting = instance(`${name}_queue`, fifo(framedBeatPayload(bytes), 2), { reset });
        const gate = instance(
          `${name}_gate`,
          tensorGate({ bytes, tokens: core.tokens, rowBytes, rowTokens: tokens, rows: fixed }),
          { reset },
        );
        connect(port[`s_axis_${name}`] as never, pins.axis as never);
        connect(control.core_reset, pins.open);
        connect(pins.packets, waiting.put);
        connect(waiting.get, gate.packets);
        connect(control.launch, gate.launch);
        connect(registers['heads'] as Source<Wire<false>>, gate.heads);
        connect(registers['length'] as Source<Wire<false>>, gate.length);
        const switched = { scales: 'mask_per_query', codebook: 'mask_program' }[name as string];
        if (switched) connect(registers[switched] as Source<Wire<false>>, gate.used);
        else tie(1, gate.used);
        connect(gate.beats, shell.rows[name]!);
        return gate;
      });
      const sent = instance('result_queue', fifo(resultBeatPayload(bytes), 2));
      const pins = instance('result_pins', axiStreamOutput({ bytes }));
      connect(shell.results, sent.put);
      connect(sent.get, pins.beats);
      connect(pins.axis, port.m_axis_o);
      connect(pins.head_ended, control.head_ended);
      tie(1, control.aligned);
      tie(1, control.quiet);
      const errors = instance('errors', flagGather({ sources: gates.length }));
      gates.forEach((gate, i) => connect(gate.frame_error, kit.pick(errors.from, i)));
      connect(errors.any, control.bus_failed);
      connect(errors.any, registers['error_frame'] as Sink<Wire<false>>);
    },
  });

/** Tensors in memory. */
const memorySystem = (core: AttentionCore, map: RegisterMap) =>
  defineStructure({
    name: 'system',
    summary: `${core.part.definition.name} with registers on AXI4-Lite and an AXI4 master that fetches its tensors and writes its results. clk is ACLK, rst_n is ARESETn.`,
    parameters: settledParameters,
    ports: (p) =>
      ({
        ...common,
        m_axi: master(axi({ addressBits: p.addressBits, dataBits: p.dataBits })),
      }) as unknown as SystemPorts,
    build: (p, kit) => {
      const { instance, connect, port, pick, tie } = kit;
      const bytes = p.dataBits / 8;
      const { addressBits } = p;
      const { registers, control, reset, shell } = inner(core, map, bytes, true, kit as never);
      const rows = rowsOf(core, bytes);
      const ways = 1 + Math.max(tags.record, ...rows.map((r) => r.tag));
      const fetch = instance(
        'fetch',
        layerFetch({
          addressBits,
          bytes,
          tokens: core.tokens,
          keyBytes: core.bytes.key,
          valueBytes: core.bytes.value,
          queryBytes: core.bytes.query,
          columnBytes: core.codebook?.columnBytes ?? 0,
          columns: core.codebook?.columns ?? 0,
        }),
        { reset },
      );
      const reader = instance('reader', axiReader({ addressBits, bytes, queue: p.readQueue }));
      const route = instance('route', beatRoute({ bytes, ways }), { reset });
      const writer = instance('writer', axiWriter({ addressBits, bytes, rowBytes: core.bytes.result }));
      const channels = instance('channels', axiChannels({ addressBits, bytes }));
      connect(control.launch, fetch.launch);
      const set: Readonly<Record<string, string>> = {
        per_query: 'mask_per_query',
        from_record: 'mask_from_record',
        with_codebook: 'mask_program',
      };
      const fromRegisters = (to: unknown, skip: readonly string[]): void => {
        for (const [name, end] of Object.entries(to as Loose)) {
          const isInput = end.role === 'sink' && end.of.kind === 'wire' && !skip.includes(name);
          if (!isInput) continue;
          const source = registers[set[name] ?? name];
          if (source) connect(source as Source<Wire>, end as Sink<Wire>);
          else tie(0, end as Sink<Wire>);
        }
      };
      fromRegisters(fetch, ['launch']);
      fromRegisters(writer, ['launch', 'flush']);
      connect(fetch.reads, reader.reads);
      connect(control.flush, reader.flush);
      connect(reader.beats, route.from);
      for (const { name, tag } of rows)
        connect(pick(route.to, tag) as Source<Stream<ReturnType<typeof beatPayload>>>, shell.rows[name]!);
      connect(pick(route.to, tags.record) as Source<Stream<ReturnType<typeof beatPayload>>>, shell.rows['records']!);
      connect(shell.results, writer.beats);
      connect(control.launch, writer.launch);
      connect(control.flush, writer.flush);
      connect(writer.head_ended, control.head_ended);
      connect(reader.bus, channels.read);
      connect(writer.bus, channels.write);
      connect(channels.bus, port.m_axi);
      const aligned = instance('aligned', flagGather({ sources: 2, all: true }));
      connect(fetch.aligned, pick(aligned.from, 0));
      connect(writer.aligned, pick(aligned.from, 1));
      connect(aligned.any, control.aligned);
      const quiet = instance('quiet', flagGather({ sources: 2, all: true }));
      connect(reader.quiet, pick(quiet.from, 0));
      connect(writer.quiet, pick(quiet.from, 1));
      connect(quiet.any, control.quiet);
      const errors = instance('errors', flagGather({ sources: 2 }));
      connect(reader.response_error, pick(errors.from, 0));
      connect(writer.response_error, pick(errors.from, 1));
      connect(errors.any, control.bus_failed);
      connect(reader.response_error, registers['error_read'] as Sink<Wire<false>>);
      connect(writer.response_error, registers['error_write'] as Sink<Wire<false>>);
      connect(control.error_alignment, registers['error_alignment'] as Sink<Wire<false>>);
    },
  });

type BeatSink = Sink<Stream<ReturnType<typeof beatPayload>>>;

/** What both systems have: registers, the control of runs, the design, and what makes its streams of bytes. */
function inner(core: AttentionCore, map: RegisterMap, bytes: number, records: boolean, kit: Kit<SystemPorts>) {
  const { instance, connect, port } = kit;
  const { tokens, dim, thresholdBits } = core;
  const registers = instance('registers', axiLiteRegisters({ map })) as unknown as Loose;
  const control = instance('control', runControl({ tokens }));
  const reset = control.core_reset;
  const from = (name: string) => registers[name] as Source<Wire<false>>;
  const to = (name: string) => registers[name] as Sink<Wire<false>>;
  const own = { reset };

  connect(port.s_axi as never, registers['s_axi'] as never);
  connect(from('irq'), port.irq);
  connect(control.locked, to('locked'));
  connect(from('control_start'), control.start);
  connect(from('control_soft_reset'), control.soft_reset);
  connect(from('heads'), control.heads);
  connect(from('length'), control.length);
  connect(control.busy, to('status_busy'));
  connect(control.resetting, to('status_resetting'));
  connect(control.heads_done, to('status_heads_done'));
  connect(control.finished, to('interrupt_status_done'));
  connect(control.failed, to('interrupt_status_error'));
  connect(control.error_busy, to('error_busy'));
  connect(control.error_size, to('error_size'));
  connect(control.busy_cycles, to('busy_cycles'));

  const design = instance('core', core.part as Part, own) as Instance<Ports> as unknown as Loose;
  const issue = instance('issue', headIssue({ configure: core.configure, thresholdBits, records }), own);
  connect(control.launch, issue.launch);
  connect(from('heads'), issue.heads);
  const settings = new Map<string, string>(settingsOf(core).map((s) => [s.name, `${s.register}_${s.name}`]));
  const masks: Readonly<Record<string, string>> = {
    causal: 'mask_causal',
    prune: 'mask_prune',
    program: 'mask_program',
    length: 'length',
  };
  for (const [name, end] of Object.entries(issue as unknown as Loose)) {
    if (!name.startsWith('set_')) continue;
    const setting = name.slice(4);
    connect(from(masks[setting] ?? settings.get(setting)!), end as Sink<Wire<false>>);
  }
  connect(issue.configure as Source, design['configure'] as Sink);

  const collect = (name: string, rowBytes: number) => instance(`${name}_row`, beatCollect({ bytes, rowBytes }), own);
  const keys = collect('k', core.bytes.key);
  const values = collect('v', core.bytes.value);
  const queries = collect('q', core.bytes.query);
  const words = collect('scales', scaleWordBytes(bytes));
  const rows: Record<string, BeatSink> = { k: keys.beats, v: values.beats, q: queries.beats, scales: words.beats };

  const load = instance('load_tokens', loadJoin({ dim, keyBits: core.keyBits, valueBits: core.valueBits }), own);
  connect(keys.row, load.keys);
  connect(values.row, load.values);
  // The design takes tokens in fits; the bus goes on meanwhile.
  const waiting = instance('load_queue', fifo(core.load, 4), own);
  connect(load.load as Source, waiting.put as Sink);
  connect(waiting.get as Source, design['load'] as Sink);

  const scales = instance('scales', scaleSplit({ bytes: scaleWordBytes(bytes), tokens, thresholdBits }), own);
  const query = instance('queries', queryJoin({ dim, queryBits: core.queryBits, tokens, thresholdBits }), own);
  connect(words.row, scales.words);
  connect(from('length'), scales.length);
  connect(queries.row, query.rows);
  connect(scales.scale, query.scales);
  connect(issue.constants, query.constants);
  connect(from('mask_per_query'), query.per_query);
  connect(from('calibration_trim'), query.trim);
  connect(from('length'), query.length);
  connect(query.query as Source, design['query'] as Sink);

  if (records) {
    const record = collect('record', headRecordBytes);
    connect(record.row, issue.record);
    connect(from('mask_from_record'), issue.from_record);
    rows['records'] = record.beats;
  }
  if (core.codebook) {
    const { dim: width, subspaces, centroids, cellBits, crossingBits, relevance, columnBytes } = core.codebook;
    const columns = collect('codebook', columnBytes);
    const join = instance(
      'codebook',
      codebookJoin({ dim: width, subspaces, centroids, cellBits, crossingBits, relevance }),
      own,
    );
    connect(columns.row, join.columns);
    connect(join.codebook as Source, design['codebook'] as Sink);
    rows['codebook'] = columns.beats;
  }

  const pack = instance('results', resultPack({ bytes, tokens, dim, lanes: core.lanes }), own);
  connect(design['result'] as Source, pack.result as Sink);
  connect(from('length'), pack.length);
  connect(control.launch, pack.launch);
  connect(pack.rows_empty, to('rows_empty'));

  const totals = instance('totals', counterTotals({ names: core.counters.map((c) => c.name) })) as unknown as Loose;
  connect(control.launch, totals['launch'] as Sink<Wire<false>>);
  connect(issue.configured, totals['configured'] as Sink<Wire<false>>);
  for (const { name, port: group, index } of core.counters) {
    const end = design[group] as Source;
    connect(
      (index === undefined ? end : kit.pick(end as never, index)) as Source<Wire<false>>,
      totals[`of_${name}`] as Sink<Wire<false>>,
    );
    connect(totals[`total_${name}`] as Source<Wire<false>>, to(`count_${name}`));
  }
  return { registers, control, reset, shell: { rows, results: pack.beats } };
}

/** The streams that tensors come in by, in order; none where they come from memory. */
export const streamNames = ({ core, options }: System): string[] =>
  options.kind === 'stream' ? rowsOf(core, options.dataBits / 8).map((r) => r.name) : [];
