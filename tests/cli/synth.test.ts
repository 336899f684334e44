import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runTool } from '../../src/sim/processes.ts';
import { findTool } from '../../src/sim/tools.ts';
import { genericLiberty } from '../../src/synth/cells.ts';
import type { SynthesisReport } from '../../src/synth/design.ts';
import { prunus, root, scratchFolder, start } from './prunus.ts';

const scratch = scratchFolder();
const hello = join(root, 'examples', 'hello.ts');
const report = (out: string) => JSON.parse(out) as SynthesisReport;

describe('synth', { timeout: 300_000 }, () => {
  test('counts gates module by module and in sum; once more, from the cache', async () => {
    const args = ['synth', hello, '--target', 'generic', '--json'];
    const made = await prunus(...args);
    expect(made).toMatchObject({ code: 0, err: '' });
    const { modules, total, unit } = report(made.out);
    expect(unit).toBe('gate equivalents');
    expect(modules.map((m) => m.component).toSorted()).toEqual(['compare', 'fifo']);
    // Four words of eight bits, a count and two pointers.
    expect(modules.find((m) => m.component === 'fifo')).toMatchObject({ registers: 39, instances: 1 });
    expect(total.area).toBeCloseTo(
      modules.reduce((sum, m) => sum + m.instances * m.area!, 0),
      6,
    );
    const again = report((await prunus(...args)).out);
    expect(again.modules.map((m) => ({ ...m, cached: true }))).toEqual(modules.map((m) => ({ ...m, cached: true })));
    expect(again.modules.every((m) => m.cached)).toBe(true);
  });

  test('writes a netlist that Icarus takes', async () => {
    const out = join(scratch, 'gates');
    const made = await prunus('synth', hello, '--target', 'generic', '--out', out);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toMatch(/^hello on generic \(Yosys .*\): 2 kinds of leaf modules, 2 instances\n/);
    await runTool('iverilog', ['-g2005', '-t', 'null', '-s', 'hello', '-c', 'hello_netlist.f'], { cwd: out });
    expect(readFileSync(join(out, 'netlist', 'hello_fifo_score.v'), 'utf8')).toMatch(/^ {2}DFFR /m);
  });

  test.each([
    ['with areas only', () => genericLiberty()],
    ['with timing', () => readFileSync(join(root, 'tests', 'sim', 'cells.lib'), 'utf8')],
  ])("a user's library %s, in its own units", async (_, text) => {
    const lib = join(scratch, 'cells.lib');
    writeFileSync(
      lib,
      text().replaceAll(/area : ([\d.]+)/g, (__, a: string) => `area : ${10 * Number(a)}`),
    );
    const made = await prunus('synth', hello, '--target', 'liberty', '--lib', lib, '--json');
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(report(made.out)).toMatchObject({ target: 'liberty', unit: 'library units' });
    expect(report(made.out).total.area).toBeGreaterThan(1000);
  });

  test('the Yosys of the npm package does the same', async () => {
    const one = report((await prunus('synth', hello, '--target', 'ice40', '--yosys', 'embedded', '--json')).out);
    const other = report((await prunus('synth', hello, '--target', 'ice40', '--yosys', 'native', '--json')).out);
    expect(one.tool).toContain('0.55');
    expect(one.total.registers).toBe(other.total.registers);
    expect(one.modules.map((m) => m.memories)).toEqual(other.modules.map((m) => m.memories));
  });

  test.skipIf(findTool('nextpnr-ice40') === undefined)('places and routes', async () => {
    const out = join(scratch, 'placed');
    const made = await prunus('synth', hello, '--target', 'ice40', '--place', '--board', 'hx1k', '--out', out);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toMatch(/placed and routed on hx1k, seed 1: \d+\.\d MHz\n/);
    expect(existsSync(join(out, 'hello.asc'))).toBe(true);
  });

  describe('a router that goes round in circles', () => {
    const path = process.env['PATH'];
    afterEach(() => {
      process.env['PATH'] = path;
    });

    /** A nextpnr that never ends with these seeds. */
    function fakeRouter(seeds: string): void {
      const folder = join(scratch, `router-${seeds.length}`);
      mkdirSync(folder, { recursive: true });
      const routed = '{"fmax":{"clk":{"achieved":42}},"utilization":{"ICESTORM_LC":{"used":1,"available":2}}}';
      const text = `#!/bin/sh
case "$*" in *"--seed "[${seeds}]" "*) echo "Info:    1000 |  999  1 |" >&2; echo "Info:  500000 |  499999  1 |" >&2; sleep 300 ;; esac
echo '${routed}' > report.json; echo asc > placed.asc
`;
      writeFileSync(join(folder, 'nextpnr-ice40'), text, { mode: 0o755 });
      process.env['PATH'] = `${folder}:${path}`;
    }
    const placed = () => prunus('synth', hello, '--target', 'ice40', '--place');

    test('is stopped, and the next seed tried', async () => {
      fakeRouter('12');
      expect((await placed()).out).toContain('placed and routed on hx8k, seed 3: 42.0 MHz');
    });

    test('four seeds are enough', async () => {
      fakeRouter('1234');
      expect(await placed()).toMatchObject({ code: 1, err: expect.stringMatching(/^PR0544 .* the seeds 1 to 4/) });
    });
  });

  test('a latch is an error', async () => {
    const file = join(scratch, 'latch.ts');
    const library = JSON.stringify(join(root, 'src', 'index.ts'));
    writeFileSync(
      file,
      `import { bits, defineComponent, input, output, wire } from ${library};
       import { z } from ${JSON.stringify(join(root, 'node_modules', 'zod', 'index.js'))};
       export default defineComponent({
         name: 'keeper', summary: 'keeps', parameters: z.strictObject({}),
         ports: () => ({ open: input(wire(bits(1))), from: input(wire(bits(4))), to: output(wire(bits(4))) }),
         template: { text: '  reg [3:0] kept;\\n  always @* if (open) kept = from;\\n  assign to = kept;\\n  wire unused = &{1\\'b0, clk, rst_n};' },
         constants: () => ({}),
       })({});`,
    );
    const { code, err } = await prunus('synth', file, '--target', 'generic');
    expect(err).toMatch(/^PR0542 latch: yosys says .*\nLatch inferred for signal /);
    expect(code).toBe(1);
  });

  test.each([
    [['--target', 'asic'], "PR0706 --target: 'asic': one of generic, ice40, ecp5, xilinx, liberty is needed."],
    [['--target', 'liberty'], 'PR0708 --target liberty needs a library. Fix: name its file with --lib, or osu018.'],
    [['--target', 'generic', '--lib', 'x.lib'], 'PR0708 --lib belongs to --target liberty'],
    [['--target', 'xilinx', '--place'], 'PR0708 --place is for iCE40, and the target is xilinx.'],
    [['--target', 'liberty', '--lib', 'none.lib'], 'PR0543 none.lib: cannot be read (ENOENT).'],
    [['--target', 'liberty', '--lib', hello], 'holds no cells with areas'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, err } = await prunus('synth', hello, ...args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  test('without a Yosys: one message with the command that installs it', async () => {
    const args = ['synth', hello, '--target', 'generic', '--yosys', 'native'];
    const { code, err } = await start(args, { env: { PATH: '' } }).done;
    expect(err).toBe(
      'PR0540 Synthesis needs Yosys, and yosys is not on PATH. Fix: apt-get install -y --no-install-recommends yosys\n',
    );
    expect(code).toBe(2);
  });
});
