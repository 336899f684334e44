/** A system on the command line: what `generate` writes, what it refuses, and the README's C. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runTool } from '../../src/sim/processes.ts';
import { prunus, root, scratchFolder } from './prunus.ts';

const scratch = scratchFolder();
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

interface Manifest {
  readonly top: string;
  readonly system: { readonly kind: string; readonly dataBits: number; readonly files: string[] };
  readonly ports: { readonly name: string; readonly kind: string }[];
  readonly all: string[];
}

describe('generate --system', () => {
  const out = join(scratch, 'soc');

  test('writes Verilog, driver and documents, and the manifest names them', async () => {
    const { code, err } = await prunus('generate', 'sprint-s', '--system', 'memory', '--out', out);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const manifest = JSON.parse(read(out, 'manifest.json')) as Manifest;
    expect(manifest.top).toBe('sprint_s_system');
    expect(manifest.system).toMatchObject({ kind: 'memory', dataBits: 512 });
    expect(manifest.system.files).toEqual([
      'driver/sprint_s_registers.h',
      'driver/sprint_s.h',
      'driver/sprint_s.c',
      'documents/sprint_s_registers.md',
      'documents/sprint_s_registers.html',
      'documents/sprint_s.svd',
      'documents/sprint_s.ipxact.xml',
    ]);
    for (const path of manifest.all) expect(read(out, path).length, path).toBeGreaterThan(0);
    expect(manifest.ports.map((p) => p.name)).toEqual(['s_axi', 'irq', 'm_axi']);
  });

  test("the README's C is the example, which compiles with the driver without a word", async () => {
    const example = read(root, 'examples', 'drive.c');
    const [, shown = 'nothing'] =
      /<!-- snippet: examples\/drive\.c -->\n```c\n([\s\S]*?)```/.exec(read(root, 'README.md')) ?? [];
    expect(example).toContain(shown);
    const flags = ['-std=c99', '-Wall', '-Wextra', '-Werror', `-I${join(out, 'driver')}`];
    const files = [join(root, 'examples', 'drive.c'), join(out, 'driver', 'sprint_s.c')];
    const { stderr } = await runTool('gcc', [...flags, '-r', '-o', join(scratch, 'attend.o'), ...files]);
    expect(stderr).toBe('');
  });

  test('a design file chooses a system as well', async () => {
    mkdirSync(scratch, { recursive: true });
    const file = join(scratch, 'lab.json');
    writeFileSync(
      file,
      JSON.stringify({ architecture: 'leopard', tokens: 16, dim: 8, system: { kind: 'stream', dataBits: 64 } }),
    );
    const made = await prunus('generate', file, '--system-set', 'dataBits=32', '--out', join(scratch, 'lab'), '--json');
    expect(made.code).toBe(0);
    const manifest = JSON.parse(made.out) as Manifest;
    expect(manifest.system).toMatchObject({ kind: 'stream', dataBits: 32 });
    expect(manifest.ports.map((p) => p.name)).toContain('s_axis_scales');
  });

  test.each([
    [['--system', 'bus'], "PR0706 --system: 'bus': one of stream, memory is needed.\n"],
    [
      ['--system-set', 'dataBits=64'],
      'PR0708 --system-set is of no use without --system. Fix: add --system stream or --system memory.\n',
    ],
    [
      ['--system', 'stream', '--system-set', 'dataBits=48'],
      'PR0102 system.dataBits: 48 is not valid: must be a power of two from 32 to 1024. Fix: use a power of two from 32 to 1024.\n',
    ],
    [
      ['--system', 'stream', '--system-set', 'databits=64'],
      'PR0101 system.databits: there is no such parameter. Fix: did you mean dataBits? docs/system.md shows all of them.\n',
    ],
  ])('%j is refused', async (options, message) => {
    const { code, err } = await prunus('generate', 'sprint-s', ...options, '--out', join(scratch, 'refused'));
    expect({ code, err }).toEqual({ code: 2, err: message });
  });

  test('a design that is not attention', async () => {
    const { code, err } = await prunus(
      'generate',
      'examples/hello.ts',
      '--system',
      'memory',
      '--out',
      join(scratch, 'no'),
    );
    expect({ code, err }).toEqual({
      code: 2,
      err: 'PR1002 hello: a system does not know the port scores. Fix: use SPRINT, LeOPArd or HARDSEA, or a design with their streams and no input wires.\n',
    });
  });
});
