import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prunus, scratchFolder } from './prunus.ts';

const scratch = scratchFolder();
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .toSorted();
const contents = (folder: string) => filesOf(folder).map((path) => [path, readFileSync(join(folder, path), 'utf8')]);

interface Manifest {
  readonly top: string;
  readonly parameters: { readonly corelets: number; readonly tile: { readonly rows: number } };
  readonly files: string[];
  readonly flows: Record<'simulation' | 'emulation' | 'asic', string[]>;
  readonly ports: { readonly name: string }[];
  readonly memories: { readonly words: number; readonly width: number; readonly instances: number }[];
  readonly black_boxes: string[];
}
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;

describe('generate', () => {
  test('writes Verilog, file lists and a manifest that agree', async () => {
    const out = join(scratch, 'm');
    const { code, err } = await prunus('generate', 'sprint-m', '--set', 'tile.rows=32', '--out', out);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const manifest = manifestOf(out);
    expect(manifest.top).toBe('sprint_m');
    expect(manifest.parameters).toMatchObject({ corelets: 2, tile: { rows: 32 } });
    expect(manifest.ports.map((p) => p.name)).toEqual(expect.arrayContaining(['configure', 'result', 'keys_kept1']));
    const all = filesOf(out).filter((path) => path.endsWith('.v'));
    for (const [flow, paths] of Object.entries(manifest.flows)) {
      expect(all, flow).toEqual(expect.arrayContaining(paths));
      const list = flow === 'simulation' ? 'sprint_m.f' : `sprint_m_${flow}.f`;
      expect(readFileSync(join(out, list), 'utf8')).toBe(paths.map((p) => `${p}\n`).join(''));
      // The top comes last: every module is declared before it is used.
      expect(paths.at(-1)).toBe('rtl/sprint_m.v');
    }
    expect(manifest.files).toEqual(manifest.flows.simulation);
    expect(manifest.flows.simulation).toContain('sim/sprint_m_crossbar_tile.v');
    expect(manifest.flows.emulation.every((p) => p.startsWith('rtl/'))).toBe(true);
    expect(manifest.black_boxes.map((m) => `macro/${m}.v`).toSorted()).toEqual(
      manifest.flows.asic.filter((p) => p.startsWith('macro/')).toSorted(),
    );
    expect(manifest.memories.length).toBeGreaterThan(3);
    for (const m of manifest.memories) expect(Math.min(m.words, m.width, m.instances)).toBeGreaterThan(0);
  });

  test('the same parameters give the same bytes, wherever they go', async () => {
    const [a, b] = [join(scratch, 'a'), join(scratch, 'deeper', 'b')];
    await prunus('generate', 'sprint-s', '--out', a);
    await prunus('generate', 'sprint-s', '--out', b);
    expect(contents(a)).toEqual(contents(b));
    expect(JSON.stringify(contents(a))).not.toContain(scratch);
  });

  test('a new output replaces the old one as a whole', async () => {
    const out = join(scratch, 'replaced');
    await prunus('generate', 'sprint-l', '--out', out);
    const before = filesOf(out);
    const { code, out: said } = await prunus('generate', 'sprint-s', '--out', out, '--json');
    expect(code).toBe(0);
    expect((JSON.parse(said) as { top: string; out: string }).top).toBe('sprint_s');
    expect(filesOf(out).filter((path) => before.includes(path))).toEqual(['manifest.json']);
    expect(readdirSync(scratch).filter((name) => name.startsWith('replaced'))).toEqual(['replaced']);
  });

  test('a failure leaves the old output as it was', async () => {
    const out = join(scratch, 'kept');
    await prunus('generate', 'sprint-s', '--out', out);
    const before = contents(out);
    expect((await prunus('generate', 'sprint-s', '--set', 'corelets=3', '--out', out)).code).toBe(2);
    expect(contents(out)).toEqual(before);
    expect(readdirSync(scratch).filter((name) => name.startsWith('kept'))).toEqual(['kept']);
  });

  test("somebody else's folder is replaced only when told so", async () => {
    const out = join(scratch, 'foreign');
    mkdirSync(out);
    writeFileSync(join(out, 'thesis.tex'), 'the only copy');
    const refused = await prunus('generate', 'sprint-s', '--out', out);
    expect(refused.code).toBe(2);
    expect(refused.err).toBe(
      `PR0707 ${out}: is not empty, and holds no manifest.json of Prunus. Fix: choose another folder, or replace this one with --force.\n`,
    );
    expect(filesOf(out)).toEqual(['thesis.tex']);
    expect((await prunus('generate', 'sprint-s', '--out', out, '--force')).code).toBe(0);
    expect(existsSync(join(out, 'thesis.tex'))).toBe(false);
  });

  test('a folder that cannot be written', async () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    const inside = await prunus('generate', 'sprint-s', '--out', join(file, 'out'));
    expect(inside).toMatchObject({ code: 2, out: '' });
    expect(inside.err).toMatch(/^PR0707 .*cannot be written \(E[A-Z]+\)\. Fix: choose another folder with --out\.\n$/);
    const itself = await prunus('generate', 'sprint-s', '--out', file);
    expect(itself.err).toBe(`PR0707 ${file}: is not a folder. Fix: choose another one with --out.\n`);
    expect((await prunus('generate', 'sprint-s', '--out', '/proc/prunus')).code).toBe(2);
  });
});

describe('list', () => {
  test('names designs and components', async () => {
    const { code, out } = await prunus('list');
    expect(code).toBe(0);
    for (const name of ['sprint-s', 'sprint-l', 'softmax', 'crossbar_tile']) expect(out).toContain(`  ${name}`);
  });

  test('says everything about a parameter', async () => {
    const { out } = await prunus('list', 'sprint-m', '--json');
    const { parameters } = JSON.parse(out) as { parameters: { path: string; default: unknown }[] };
    expect(parameters.find((p) => p.path === 'corelets')?.default).toBe(2);
    expect(parameters.find((p) => p.path === 'memory.tCL')).toMatchObject({
      type: 'integer',
      range: 'a whole number from 0 to 255',
      unit: 'cycles',
      description: 'column access to first data',
    });
    for (const p of parameters) expect(p).toMatchObject({ description: expect.stringMatching(/\w/) as string });
  });

  test('gives the JSON Schema', async () => {
    const { out } = await prunus('list', 'sprint', '--schema');
    const schema = JSON.parse(out) as { properties: Record<string, { default: unknown; maximum: number }> };
    expect(schema.properties['corelets']).toMatchObject({ default: 1, maximum: 16 });
  });

  test('suggests what was meant', async () => {
    const { code, err } = await prunus('list', 'softmacs');
    expect(code).toBe(2);
    expect(err).toBe("PR0701 there is no design, component or device 'softmacs'. Fix: did you mean softmax?\n");
  });
});
