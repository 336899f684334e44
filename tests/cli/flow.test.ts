/** `prunus generate --flow`. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { flowNames } from '../../src/flow/settings.ts';
import { prunus, root, scratchFolder, start } from './prunus.ts';

const scratch = scratchFolder();
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .toSorted();
const contents = (folder: string) => filesOf(folder).map((path) => [path, readFileSync(join(folder, path), 'utf8')]);
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    outputs: Record<string, string[]>;
    all: string[];
  };
const small = ['--set', 'dim=8', '--set', 'tokens=16'];

describe('generate --flow', () => {
  test('writes what was asked for, and the manifest lists every file', async () => {
    const out = join(scratch, 'some');
    const made = await prunus('generate', 'sprint-s', ...small, '--flow', 'yosys,fusesoc', '--out', out);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain('  other files    fusesoc (1), yosys (4)\n');
    const { outputs, all } = manifestOf(out);
    expect(Object.keys(outputs)).toEqual(['fusesoc', 'yosys']);
    expect(filesOf(out)).toEqual([...all, 'manifest.json'].toSorted());
    // Without the flag none of them is there.
    await prunus('generate', 'sprint-s', ...small, '--out', out);
    expect(manifestOf(out).outputs).toEqual({});
    expect(filesOf(out)).toEqual([...manifestOf(out).all, 'manifest.json'].toSorted());
  });

  test('all of them give the same bytes in any folder, language and time zone', async () => {
    const args = (out: string) => ['generate', 'hardsea', '--set', 'tokens=32', '--flow', 'all', '--out', out];
    const [first, second] = [join(scratch, 'first'), join(scratch, 'deeper', 'second')];
    const made = await Promise.all([
      start(args(first), { env: { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' } }).done,
      start(args(second), { cwd: join(root, 'tests'), env: { TZ: 'UTC', LC_ALL: 'C' } }).done,
    ]);
    expect(made.map((m) => [m.code, m.err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(contents(second)).toEqual(contents(first));
    const all = contents(first).flat().join('\n');
    for (const path of [scratch, root, homedir()]) expect(all).not.toContain(path);
    expect(filesOf(first)).toEqual([...manifestOf(first).all, 'manifest.json'].toSorted());
  });

  test('a failed run leaves the old output as it was', async () => {
    const out = join(scratch, 'kept');
    await prunus('generate', 'sprint-s', ...small, '--flow', 'map', '--out', out);
    const before = contents(out);
    const failed = await prunus(
      'generate',
      'sprint-s',
      ...small,
      '--flow',
      'all',
      '--flow-set',
      'clock=0',
      '--out',
      out,
    );
    expect(failed.code).toBe(2);
    expect(contents(out)).toEqual(before);
  });

  test.each([
    [
      ['--flow', 'vivado,quartus'],
      "PR0706 --flow: 'vivado,quartus': all, or some of fusesoc, vivado, yosys, asic, memories, diagram, map with commas between them, is needed.\n",
    ],
    [['--flow-set', 'clok=200'], 'PR0101 flow.clok: there is no such parameter. Fix: did you mean clock'],
    [
      ['--flow-set', 'clock'],
      "PR0704 --flow-set: 'clock' is not path=value. Fix: write for instance --flow-set clock=200.\n",
    ],
    [['--flow-set', 'macroDepth=8'], 'PR0102 flow.macroDepth: 8 is not valid: '],
  ])('says what is wrong with %j', async (more, message) => {
    const { code, err } = await prunus('generate', 'sprint-s', ...more, '--out', join(scratch, 'none'));
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('--help names every group', async () => {
    const { out } = await prunus('generate', '--help');
    for (const name of flowNames) expect(out).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
  });
});

describe('flow of a design file', () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(scratch, name), text);
    return join(scratch, name);
  };
  const design = (flow: unknown) =>
    write('lab.json', JSON.stringify({ architecture: 'sprint', dim: 8, tokens: 16, flow }));

  test('.json: which files, and settings; the command line comes first', async () => {
    const out = join(scratch, 'json');
    await prunus('generate', design({ outputs: ['vivado'], clock: 125 }), '--out', out);
    expect(manifestOf(out).outputs).toEqual({ vivado: ['vivado/lab.tcl', 'vivado/lab.xdc'] });
    expect(readFileSync(join(out, 'vivado/lab.xdc'), 'utf8')).toContain('-period 8.000');
    await prunus('generate', join(scratch, 'lab.json'), '--flow', 'asic', '--flow-set', 'clock=50', '--out', out);
    expect(Object.keys(manifestOf(out).outputs)).toEqual(['asic']);
    expect(readFileSync(join(out, 'asic/lab.sdc'), 'utf8')).toContain('-period 20.000');
  });

  test('.ts: an export of that name', async () => {
    const at = (path: string) => JSON.stringify(join(root, 'src', path));
    const file = write(
      'word.ts',
      `import { fifo } from ${at('components/fifo/fifo.ts')};
import { bits, payload } from ${at('dsl/kinds.ts')};
export default fifo(payload('word', { word: bits(8) }), 4);
export const flow = { outputs: ['map', 'fusesoc'], vendor: 'acme' };
`,
    );
    const out = join(scratch, 'ts');
    expect(await prunus('generate', file, '--out', out)).toMatchObject({ code: 0, err: '' });
    expect(manifestOf(out).outputs).toEqual({ fusesoc: ['word.core'], map: ['map.json'] });
    expect(readFileSync(join(out, 'word.core'), 'utf8')).toContain('name: acme:accelerators:word:1.0.0\n');
  });

  test.each([
    [7, 'PR0702 flow of the design file is 7, which is no object. Fix: write for instance '],
    [{ outputs: ['vivaldi'] }, 'PR0102 flow.outputs.0: "vivaldi" is not valid: '],
    [{ clok: 5 }, 'PR0101 flow.clok: there is no such parameter. Fix: use one of outputs, clock, '],
  ])('says what is wrong with %j', async (flow, message) => {
    const { code, err } = await prunus('generate', design(flow), '--out', join(scratch, 'none'));
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
