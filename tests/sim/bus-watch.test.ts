/** The protocol checkers: traffic that keeps the rules passes, and for each rule there is traffic that breaks it and is caught. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { axi, axiLite, axiStream } from '../../src/components/axi.ts';
import { fieldWidth, type Interface } from '../../src/dsl/kinds.ts';
import { emitDesign } from '../../src/emit/design.ts';
import { readTemplate } from '../../src/sim/design-files.ts';
import { runTool } from '../../src/sim/processes.ts';
import { inTemporaryFolder } from '../../src/sim/workspace.ts';
import { busWatch } from '../../src/system/bus-watch.ts';

/** What changes in a cycle; `x` is unknown. */
type Cycle = Readonly<Record<string, number | 'x'>>;
interface Scenario {
  readonly name: string;
  readonly cycles: readonly Cycle[];
  /** What the checker says; empty: nothing. */
  readonly says: string;
}

/** A test bench that plays scenarios, whichever is asked for. */
function testBench(bus: Interface, scenarios: readonly Scenario[]): string {
  const signals = Object.entries(bus.signals).map(([name, s]) => ({ name, width: fieldWidth(s.field) }));
  const value = (name: string, v: number | 'x') => {
    const { width } = signals.find((s) => s.name === name)!;
    return v === 'x' ? `{${width}{1'bx}}` : `${width}'d${v}`;
  };
  const set = (cycle: Cycle) => Object.entries(cycle).map(([name, v]) => `bus_${name} = ${value(name, v)};`);
  const play = (s: Scenario, i: number) =>
    [`${i}: begin`, ...s.cycles.map((c) => `${set(c).join(' ')} @(posedge clk) #1;`), 'end'].join('\n');
  return `module bench;
  reg clk = 0; reg rst_n = 1;
  ${signals.map(({ name, width }) => `reg [${width - 1}:0] bus_${name} = 0;`).join('\n  ')}
  watch dut (.clk(clk), .rst_n(rst_n), ${signals.map(({ name }) => `.bus_${name}(bus_${name})`).join(', ')});
  always #5 clk = !clk;
  integer scenario;
  initial begin
    if (!$value$plusargs("scenario=%d", scenario)) scenario = 0;
    rst_n = 0; @(posedge clk) #1; @(posedge clk) #1; rst_n = 1;
    case (scenario)
${scenarios.map(play).join('\n')}
    endcase
    @(posedge clk) #1; @(posedge clk) #1;
    $display("passed");
    $finish;
  end
endmodule
`;
}

async function playAll(bus: Interface, scenarios: readonly Scenario[]): Promise<string[]> {
  const module = busWatch('watch', bus, readTemplate);
  const files = emitDesign({ top: 'watch', modules: [module] }, readTemplate);
  return inTemporaryFolder(async (cwd) => {
    await writeFile(join(cwd, 'watch.v'), files[0]!.text);
    await writeFile(join(cwd, 'bench.v'), testBench(bus, scenarios));
    await runTool('iverilog', ['-g2005', '-Wall', '-o', 'bench.vvp', '-s', 'bench', 'watch.v', 'bench.v'], { cwd });
    const said: string[] = [];
    for (let i = 0; i < scenarios.length; i++) {
      const { stdout } = await runTool('vvp', ['-n', 'bench.vvp', `+scenario=${i}`], { cwd, mayFail: true });
      said.push(/PR0531 \S+: (.*)$/m.exec(stdout)?.[1] ?? (stdout.includes('passed') ? '' : stdout));
    }
    return said;
  });
}

/** Of every channel: what is offered stays, and is known. */
function channelRules(
  channel: string,
  payload: string,
  prelude: readonly Cycle[],
  offer: Cycle,
  stop: Cycle,
): Scenario[] {
  const valid = `${channel}valid`;
  const ready = `${channel}ready`;
  const broken = (name: string, last: Cycle, says: string): Scenario => ({
    name: `${channel}: ${name}`,
    cycles: [...prelude, { ...stop, ...offer, [valid]: 1, [ready]: 0 }, last],
    says,
  });
  return [
    broken('withdrawn', { [valid]: 0 }, `${valid} fell before ${channel}ready`),
    broken('changed', { [payload]: 3 }, `what comes with ${valid} changed before ${channel}ready`),
    broken('valid not known', { [valid]: 'x' }, `${valid} is unknown`),
    broken('ready not known', { [ready]: 'x' }, `${channel}ready is unknown`),
  ];
}

const unknownOn = (
  channel: string,
  signal: string,
  prelude: readonly Cycle[],
  offer: Cycle,
  says: string,
): Scenario => ({
  name: `${channel}: ${signal} not known`,
  cycles: [...prelude, { ...offer, [`${channel}valid`]: 1, [`${channel}ready`]: 1, [signal]: 'x' }],
  says,
});

const ready: Cycle = { awready: 1, wready: 1, bready: 1, arready: 1, rready: 1 };
const rest: Cycle = { awvalid: 0, wvalid: 0, bvalid: 0, arvalid: 0, rvalid: 0 };

/** A write of two transfers and a read of two have been asked for; nothing is answered yet. */
const asked: Cycle[] = [
  {
    ...ready,
    awvalid: 1,
    awlen: 1,
    awsize: 2,
    awburst: 1,
    awaddr: 64,
    arvalid: 1,
    arlen: 1,
    arsize: 2,
    arburst: 1,
    araddr: 4088,
  },
  { ...rest, wvalid: 1, wstrb: 15, wdata: 7, wlast: 0 },
  { wvalid: 1, wlast: 1 },
  { wvalid: 0 },
];
const full: Scenario[] = [
  {
    name: 'all in order',
    cycles: [...asked, { bvalid: 1, rvalid: 1 }, { bvalid: 0, rlast: 1 }, { rvalid: 0 }],
    says: '',
  },
  {
    name: 'data before its address',
    cycles: [
      { ...ready, wvalid: 1, wlast: 1 },
      { wvalid: 0, awvalid: 1, awburst: 1, awsize: 2 },
      rest,
      { bvalid: 1 },
      rest,
    ],
    says: '',
  },
  ...channelRules('aw', 'awaddr', asked, { awburst: 1, awsize: 2, awaddr: 4 }, rest),
  ...channelRules('ar', 'araddr', asked, { arburst: 1, arsize: 2, araddr: 4 }, rest),
  ...channelRules('w', 'wdata', asked, { wlast: 0 }, rest),
  ...channelRules('b', 'bresp', asked, { bresp: 0 }, rest),
  ...channelRules('r', 'rdata', asked, { rdata: 1, rlast: 0 }, rest),
  unknownOn('aw', 'awlen', asked, { awburst: 1, awsize: 2 }, 'something of channel aw is unknown'),
  unknownOn('ar', 'araddr', asked, { arburst: 1, arsize: 2 }, 'something of channel ar is unknown'),
  unknownOn('w', 'wstrb', asked, { wlast: 0 }, 'something of channel w is unknown'),
  unknownOn('b', 'bresp', asked, {}, 'something of channel b is unknown'),
  unknownOn('r', 'rresp', asked, { rlast: 0 }, 'something of channel r is unknown'),
  unknownOn('w', 'wdata', asked, { wlast: 0, wstrb: 1 }, 'bytes that are written are unknown'),
  unknownOn('r', 'rdata', asked, { rlast: 0 }, 'data that is read is unknown'),
  {
    name: 'bytes without a strobe may be anything',
    cycles: [...asked, { wvalid: 1, wlast: 0, wstrb: 0, wdata: 'x' }, { wvalid: 0 }],
    says: '',
  },
  {
    name: 'a response before the data',
    cycles: [
      { ...ready, awvalid: 1, awburst: 1, awsize: 2 },
      { ...rest, bvalid: 1 },
    ],
    says: 'a response before the address and all data of its write',
  },
  {
    name: 'a response before the address',
    cycles: [
      { ...ready, wvalid: 1, wlast: 1 },
      { ...rest, bvalid: 1 },
    ],
    says: 'a response before the address and all data of its write',
  },
  {
    name: 'two responses',
    cycles: [...asked, { bvalid: 1 }, { bvalid: 1 }],
    says: 'a response before the address and all data of its write',
  },
  { name: 'data unasked for', cycles: [{ ...ready, rvalid: 1 }], says: 'data that nobody has asked for' },
  {
    name: 'wlast too early',
    cycles: [{ ...ready, awvalid: 1, awlen: 1, awburst: 1, awsize: 2 }, { ...rest, wvalid: 1, wlast: 1 }, rest, {}],
    says: 'wlast not with the last of awlen + 1 transfers',
  },
  {
    name: 'wlast too late',
    cycles: [
      { ...ready, awvalid: 1, awlen: 0, awburst: 1, awsize: 2 },
      { ...rest, wvalid: 1, wlast: 0 },
      { wlast: 1 },
      rest,
      {},
    ],
    says: 'wlast not with the last of awlen + 1 transfers',
  },
  {
    name: 'rlast too early',
    cycles: [...asked, { rvalid: 1, rlast: 1 }],
    says: 'rlast not with the last of arlen + 1 transfers',
  },
  {
    name: 'rlast too late',
    cycles: [...asked, { rvalid: 1, rlast: 0 }, { rlast: 0 }],
    says: 'rlast not with the last of arlen + 1 transfers',
  },
  {
    name: 'a read across 4 KiB',
    cycles: [{ ...ready, arvalid: 1, arlen: 2, arburst: 1, arsize: 2, araddr: 4088 }],
    says: 'a burst crosses 4 KiB',
  },
  {
    name: 'a write across 4 KiB',
    cycles: [{ ...ready, awvalid: 1, awlen: 255, awburst: 1, awsize: 2, awaddr: 8192 - 1020 }],
    says: 'a burst crosses 4 KiB',
  },
  {
    name: 'a burst that stays',
    cycles: [{ ...ready, awvalid: 1, awburst: 0, awsize: 2 }],
    says: 'a burst is not INCR',
  },
  {
    name: 'a wide transfer',
    cycles: [{ ...ready, arvalid: 1, arburst: 1, arsize: 3 }],
    says: 'a transfer is wider than the bus',
  },
  { name: 'EXOKAY', cycles: [...asked, { bvalid: 1, bresp: 1 }], says: 'EXOKAY, where no access is exclusive' },
  {
    name: 'ID of a response',
    cycles: [...asked, { bvalid: 1, bid: 1 }],
    says: 'a response with another ID than the oldest write',
  },
  { name: 'ID of data', cycles: [...asked, { rvalid: 1, rid: 1 }], says: 'data with another ID than the oldest read' },
];

const liteAsked: Cycle[] = [{ ...ready, awvalid: 1, arvalid: 1, wvalid: 1, wstrb: 15 }, rest];
const lite: Scenario[] = [
  { name: 'all in order', cycles: [...liteAsked, { bvalid: 1, rvalid: 1 }, rest], says: '' },
  ...channelRules('aw', 'awaddr', liteAsked, {}, rest),
  ...channelRules('ar', 'araddr', liteAsked, {}, rest),
  ...channelRules('w', 'wdata', liteAsked, {}, rest),
  ...channelRules('b', 'bresp', liteAsked, {}, rest),
  ...channelRules('r', 'rdata', liteAsked, {}, rest),
  unknownOn('aw', 'awprot', liteAsked, {}, 'something of channel aw is unknown'),
  unknownOn('r', 'rdata', liteAsked, {}, 'data that is read is unknown'),
  {
    name: 'a response too many',
    cycles: [...liteAsked, { bvalid: 1 }, { bvalid: 1 }],
    says: 'a response before the address and all data of its write',
  },
  {
    name: 'data unasked for',
    cycles: [...liteAsked, { rvalid: 1 }, { rvalid: 1 }],
    says: 'data that nobody has asked for',
  },
  { name: 'EXOKAY', cycles: [...liteAsked, { rvalid: 1, rresp: 1 }], says: 'EXOKAY, where no access is exclusive' },
];

const streamRest: Cycle = { tvalid: 0 };
const streams: Scenario[] = [
  { name: 'all in order', cycles: [{ tvalid: 1, tready: 0, tkeep: 3, tlast: 1 }, { tready: 1 }, streamRest], says: '' },
  ...channelRules('t', 'tdata', [], { tkeep: 15 }, streamRest),
  ...channelRules('t', 'tkeep', [], { tkeep: 15 }, streamRest).slice(1, 2),
  unknownOn('t', 'tlast', [], { tkeep: 15 }, 'tkeep, tlast or tuser is unknown'),
  unknownOn('t', 'tuser', [], { tkeep: 15 }, 'tkeep, tlast or tuser is unknown'),
  unknownOn('t', 'tdata', [], { tkeep: 1 }, 'bytes of the stream are unknown'),
  {
    name: 'bytes that are not kept may be anything',
    cycles: [{ tvalid: 1, tready: 1, tkeep: 0, tdata: 'x' }, streamRest],
    says: '',
  },
  { name: 'a hole', cycles: [{ tvalid: 1, tready: 1, tkeep: 5 }], says: 'tkeep has a hole' },
];

describe.each([
  ['AXI4', axi({ addressBits: 32, dataBits: 32 }), full],
  ['AXI4-Lite', axiLite(12), lite],
  ['AXI4-Stream', axiStream(4, 1), streams],
] as const)('%s', (_, bus, scenarios) => {
  let said: string[];
  beforeAll(async () => {
    said = await playAll(bus, scenarios);
  });
  test.each(scenarios.map((s, i) => [s.name, i] as const))('%s', (__, i) => {
    expect(said[i]).toBe(scenarios[i]!.says);
  });
});

test('valid in reset', async () => {
  const bus = axiStream(4);
  const module = busWatch('watch', bus, readTemplate);
  const [file] = emitDesign({ top: 'watch', modules: [module] }, readTemplate);
  const bench = testBench(bus, []).replace('rst_n = 0;', 'rst_n = 0; bus_tvalid = 1;');
  await inTemporaryFolder(async (cwd) => {
    await writeFile(join(cwd, 'watch.v'), file!.text);
    await writeFile(join(cwd, 'bench.v'), bench.replace(/case \(scenario\)\s*endcase/, ''));
    await runTool('iverilog', ['-g2005', '-o', 'bench.vvp', '-s', 'bench', 'watch.v', 'bench.v'], { cwd });
    const { stdout } = await runTool('vvp', ['-n', 'bench.vvp'], { cwd, mayFail: true });
    expect(stdout).toContain('tvalid is 1 in reset');
  });
});
