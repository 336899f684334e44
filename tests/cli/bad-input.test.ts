/** Every kind of bad input: exit code 2, one line a problem that names field, value and what is valid, nothing written. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeNpy } from '../../src/workload/npy.ts';
import { prunus, root, scratchFolder, start, writeTensors } from './prunus.ts';

const scratch = scratchFolder();
const out = join(scratch, 'out');
const write = (name: string, text: string | Buffer) => {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
};
const generate = (...args: string[]) => prunus('generate', ...args, '--out', out);

/** Exit code 2, nothing on stdout, no stack trace; returns the lines on stderr. */
function refusal({ code, out: said, err }: { code: number; out: string; err: string }): string[] {
  expect({ code, said }).toEqual({ code: 2, said: '' });
  expect(err).not.toMatch(/^\s+at |node_modules|undefined|\[object/m);
  expect(existsSync(out)).toBe(false);
  return err.trimEnd().split('\n');
}

describe('parameters', () => {
  test.each([
    [
      ['corelets=3'],
      /^PR0102 sprint\.corelets: 3 is not valid: .*power of two.* Fix: use a power of two from 1 to 16\.$/,
    ],
    [['dim=0'], /^PR0102 sprint\.dim: 0 is not valid: .* Fix: use a whole number from 1 to 1024\.$/],
    [['dim=2.5'], /^PR0102 sprint\.dim: 2\.5 is not valid: .* Fix: use a whole number from 1 to 1024\.$/],
    [['dim=many'], /^PR0102 sprint\.dim: "many" is not valid: .* Fix: use a whole number from 1 to 1024\.$/],
    [
      ['device.readSigma=1e9'],
      /^PR0102 sprint\.device\.readSigma: 1000000000 is not valid: .* Fix: use a number from 0 to 0\.5\.$/,
    ],
    [
      ['corelet=2'],
      /^PR0101 sprint\.corelet: there is no such parameter\. Fix: did you mean corelets\? `prunus list sprint`/,
    ],
    [['rows=8'], /^PR0101 sprint\.rows: there is no such parameter\. Fix: did you mean tile\.rows\?/],
    [['memory=4'], /^PR0101 sprint\.memory: there is no such parameter\./],
    [['__proto__.x=1'], /^PR0101 sprint\.__proto__\.x: there is no such parameter\./],
    [['corelets'], /^PR0704 --set: 'corelets' is not path=value\. Fix: write for instance --set corelets=2\.$/],
    [
      ['bufferBytes=100', 'dim=128'],
      /^PR0103 sprint\.bufferBytes: 100 bytes do not hold one key of dim = 128 bytes; at least 128 are needed\.$/,
    ],
  ])('--set %s', async (settings, message) => {
    const lines = refusal(await generate('sprint-s', ...settings.flatMap((s) => ['--set', s])));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
  });

  test('all problems are said at once', async () => {
    const lines = refusal(
      await generate('sprint-s', '--set', 'corelets=3', '--set', 'memory.tCL=-1', '--set', 'tile.cellBits=9'),
    );
    expect(lines.map((l) => l.split(':')[0])).toEqual([
      'PR0102 sprint.corelets',
      'PR0102 sprint.tile.cellBits',
      'PR0102 sprint.memory.tCL',
    ]);
  });

  test('--json gives the problems as data', async () => {
    const { code, out: said } = await prunus('generate', 'sprint-s', '--set', 'dim=0', '--out', out, '--json');
    expect(code).toBe(2);
    const { problems } = JSON.parse(said) as { problems: unknown[] };
    expect(problems).toMatchObject([{ code: 'PR0102', path: 'sprint.dim' }]);
  });
});

describe('designs', () => {
  test('unknown', async () => {
    const [line] = refusal(await generate('sprint-x'));
    expect(line).toMatch(
      /^PR0701 there is no design 'sprint-x'\. Fix: did you mean sprint-[sml]\? There are sprint-s, /,
    );
  });

  test.each([
    ['missing.json', undefined, /^PR0702 .*missing\.json: no such file\.$/],
    ['folder.json', 'folder', /^PR0702 .*folder\.json: cannot be read \(EISDIR\)\.$/],
    ['broken.json', '{"architecture": ', /^PR0702 .*broken\.json: is not JSON: /],
    ['list.json', '[1]', /^PR0702 .*list\.json: holds no object\. Fix: write for instance \{"architecture": "sprint"/],
    ['none.json', '{"corelets": 2}', /^PR0702 .*none\.json: architecture is missing; sprint.* can be chosen\./],
    ['other.json', '{"architecture": "toString"}', /^PR0702 .*other\.json: architecture is "toString"; /],
    ['extra.json', '{"architecture": "sprint", "lanes": 2}', /^PR0101 sprint\.lanes: there is no such parameter\./],
    ['word.json', '{"architecture": "sprint", "memory": "big"}', /^PR0102 sprint\.memory: "big" is not valid: /],
    ['missing.ts', undefined, /^PR0702 .*missing\.ts: no such file\.$/],
    ['syntax.mts', 'export default (', /^PR0702 .*syntax\.mts: does not load: /],
    ['throws.mts', 'throw new Error("no luck")', /^PR0702 .*throws\.mts: does not load: no luck$/],
    [
      'nothing.mts',
      'export const x = 1;',
      /^PR0703 .*nothing\.mts: its default export is no design\. Fix: end the file/,
    ],
    ['number.mts', 'export default 5;', /^PR0703 /],
  ])('%s', async (name, text, message) => {
    if (text === 'folder') mkdirSync(join(scratch, name), { recursive: true });
    else if (text !== undefined) write(name, text);
    const [line] = refusal(await generate(join(scratch, name)));
    expect(line).toMatch(message);
  });

  test('a design file with mistakes: each with the line it is in', async () => {
    const text = [
      `import { accelerator, fifo, input, output, payload, signed, stream } from ${JSON.stringify(join(root, 'src', 'index.ts'))};`,
      "const [narrow, wide] = [4, 5].map((width) => payload('number', { value: signed(width) }));",
      "export default accelerator('lab', { put: input(stream(narrow)), get: output(stream(wide)) }, ({ instance, connect, port }) => {",
      "  const queue = instance('queue', fifo(narrow, 4));",
      "  instance('idle', fifo(narrow, 4));",
      '  connect(port.put, queue.put);',
      '  connect(queue.get, port.get);',
      '});',
    ].join('\n');
    for (const name of ['mistakes.mts', 'mistakes.cts']) {
      // In a process of its own, as the test runner has source maps of its own.
      const lines = refusal(await start(['generate', write(name, text), '--out', out]).done);
      expect(lines.toSorted()).toEqual([
        expect.stringMatching(new RegExp(`^PR0204 idle: .*\\(${name}:5\\)$`)),
        expect.stringMatching(
          new RegExp(`^PR0208 queue\\.get -> get: value is signed 4 bits at the source .*\\(${name}:7\\)$`),
        ),
      ]);
    }
  });

  test('--set with a program', async () => {
    const [line] = refusal(await generate(write('any.mts', ''), '--set', 'dim=3'));
    expect(line).toMatch(/^PR0705 --set changes presets and \.json files; .* is a program\. Fix: /);
  });
});

describe('tensors', () => {
  const run = (tensors: readonly string[], ...more: string[]) =>
    prunus('run', 'sprint-s', ...tensors, '--out', join(scratch, 'out.npy'), ...more);
  const folder = (name: string) => {
    mkdirSync(join(scratch, name), { recursive: true });
    return join(scratch, name);
  };
  const good = encodeNpy([4, 8], new Float32Array(32));
  const nan = new Float32Array(32);
  nan[11] = NaN;
  const infinite = new Float32Array(32).fill(Infinity, 31);
  const hostile = Buffer.from(good);
  hostile.write('(9999999999999, 9)', good.indexOf('(4, 8)'), 'latin1');

  test.each([
    [
      'rank',
      { q: { shape: [2, 2, 2, 4] } },
      /^PR0420 q: .* has rank 4; \[tokens, dim\] or \[heads, tokens, dim\] is needed/,
    ],
    ['dtype', { k: { data: new Int32Array(32) } }, /^PR0421 k: .*int32/],
    ['tokens', { v: { shape: [5, 8] } }, /^PR0422 v: .*5 tokens where 4 are needed/],
    ['dim', { k: { shape: [4, 7] } }, /^PR0422 k: .*head dimension 7 where 8 is needed/],
    ['heads', { k: { shape: [3, 4, 8] }, v: { shape: [3, 4, 8] }, q: { shape: [4, 4, 8] } }, /^PR0423 k: /],
    ['nan', { q: { data: nan } }, /^PR0410 q: .*element \[1, 3\] is NaN; finite numbers are needed/],
    ['infinity', { v: { data: infinite } }, /^PR0410 v: .*element \[3, 7\] is Infinity/],
    ['truncated', { q: { data: good.subarray(0, good.length - 9) } }, /^PR0408 q: .*cut short/],
    ['header', { q: { data: good.subarray(0, 20) } }, /^PR0403 q: /],
    ['hostile', { q: { data: hostile } }, /^PR040\d q: /],
    ['text', { q: { data: Buffer.from('1,2,3') } }, /^PR0402 q: .*not a \.npy file/],
  ])('%s', async (name, change, message) => {
    const [line] = refusal(await run(writeTensors(folder(name), [4, 8], change)));
    expect(line).toMatch(message);
    expect(existsSync(join(scratch, 'out.npy'))).toBe(false);
  });

  test('missing files, all of them', async () => {
    const lines = refusal(await run(['q', 'k', 'v'].flatMap((n) => [`--${n}`, join(scratch, `no-${n}.npy`)])));
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^PR0401 v: .*no-v\.npy: no such file$/);
  });

  test('sizes that the user chose and that do not fit', async () => {
    const tensors = writeTensors(folder('sizes'), [4, 8]);
    const lines = refusal(await run(tensors, '--set', 'dim=16', '--set', 'tokens=3'));
    expect(lines).toEqual([
      'PR0601 dim: the tensors have head dimension 8, the design has 16. Fix: set dim to 8, or leave it to be sized.',
      'PR0601 tokens: the tensors have 4 tokens, the design holds at most 3. Fix: set tokens to 4 or more, or leave it to be sized.',
    ]);
  });

  test.each([
    [['--threshold', 'low'], /^PR0706 --threshold: 'low': a number, a \.npy file or a \.json file is needed\.$/],
    [['--keep', '1.5'], /^PR0706 --keep: '1\.5': a number from 0 to 1 is needed\.$/],
    [['--keep', '0.5', '--threshold', '1'], /^PR0708 --keep: cannot be used together with --threshold\./],
    [['--keep', '0.5', '--dense'], /^PR0708 --dense: cannot be used together with --keep\./],
    [['--valid-length', '0'], /^PR0706 --valid-length: '0': a whole number from 1 to 16383 is needed\.$/],
    [['--valid-length', '5'], /^PR0706 --valid-length: 5 is more than the 4 tokens of the tensors\.$/],
    [['--engine', 'gpu'], /^PR0706 --engine: 'gpu': one of golden, rtl, both is needed\.$/],
    [['--seed', '-1'], /^PR0706 --seed: '-1': a whole number/],
    [['--scheme', 'query=column'], /^PR0706 --scheme: 'query=column' is not best, plain or one of query=row\|head, /],
    [['--waves', 'x.fst'], /^PR0708 --waves: the golden model has no waves\. Fix: use --engine rtl or both\.$/],
  ])('%s', async (more, message) => {
    const [line] = refusal(await run(writeTensors(folder('options'), [4, 8]), ...more));
    expect(line).toMatch(message);
  });

  test('thresholds of the wrong shape', async () => {
    const tensors = writeTensors(folder('thresholds'), [2, 4, 8]);
    const [line] = refusal(await run(tensors, '--threshold', write('t.npy', encodeNpy([3], new Float32Array(3)))));
    expect(line).toMatch(/^PR0452 .*thresholds have shape \(3,\); \(2,\) for one a head or \(2, 4\)/);
  });

  test('an output that cannot be written', async () => {
    const tensors = writeTensors(folder('output'), [4, 8]);
    const lines = refusal(await prunus('run', 'sprint-s', ...tensors, '--out', join(scratch, 'no', 'out.npy')));
    expect(lines[0]).toMatch(/^PR0411 .*cannot be written \(ENOENT\)$/);
  });

  test('without verilator, the golden model still works', async () => {
    const tensors = writeTensors(folder('no-tools'), [4, 8]);
    const { PATH } = process.env;
    process.env['PATH'] = folder('empty');
    try {
      const [line] = refusal(await run(tensors, '--engine', 'rtl'));
      expect(line).toMatch(/^PR0510 'verilator', needed for .*, is not on PATH\. Fix: apt-get install .*verilator$/);
      expect(readdirSync(scratch)).not.toContain('out.npy');
      expect((await prunus('run', 'sprint-s', ...tensors)).code).toBe(0);
      const doctor = await prunus('doctor');
      expect(doctor.code).toBe(1);
      expect(doctor.out).toMatch(/verilator +MISSING +required/);
    } finally {
      process.env['PATH'] = PATH;
    }
  });
});

describe('the command line itself', () => {
  test.each([
    [['frob'], /unknown command 'frob'/],
    [['list', '--frob'], /unknown option '--frob'/],
    [['generate', 'sprint-s'], /required option '--out <folder>' not specified/],
    [['verify'], /missing required argument 'design'/],
    [['verify', 'sprint-s', '--cases', '0'], /^PR0706 --cases: '0': a whole number from 1 to 1000000 is needed\.$/m],
    [['verify', 'sprint-s', '--only', '5:2'], /^PR0706 --only: '5:2': the last case is before the first\.$/m],
  ])('%s', async (args, message) => {
    const { code, err } = await prunus(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
  });

  test.each(['list', 'generate', 'run', 'verify', 'doctor'])('%s --help has examples', async (name) => {
    const { code, out: said } = await prunus(name, '--help');
    expect(code).toBe(0);
    expect(said).toMatch(new RegExp(`Examples:\\n  \\$ prunus ${name}`));
  });
});
