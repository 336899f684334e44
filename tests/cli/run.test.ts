import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeNpy, readNpy } from '../../src/workload/npy.ts';
import { compareOutputs, denseAttention } from '../../src/workload/reference.ts';
import { noise, prunus, root, scratchFolder, writeTensors } from './prunus.ts';

const scratch = scratchFolder();
const folder = (name: string) => {
  mkdirSync(join(scratch, name), { recursive: true });
  return join(scratch, name);
};
const at = (name: string) => join(scratch, name);

interface Report {
  readonly tokens: number;
  readonly heads: number;
  readonly dim: number;
  readonly threshold: unknown;
  readonly mismatches: number | null;
  readonly cycles: number | null;
  readonly load_cycles: number | null;
  readonly kept_fraction: number;
  readonly keys_fetched: number;
  readonly keys_reused: number;
  readonly values_fetched: number;
  readonly stall_cycles: number;
  readonly error: { readonly dense: { cosine: number; max_abs: number }; readonly kept: { cosine: number } };
  readonly worst_head: { readonly head: number };
  readonly replay: string | null;
  readonly failures: readonly string[];
}

async function run(design: string, tensors: readonly string[], ...more: string[]): Promise<Report & { code: number }> {
  const { code, out, err } = await prunus('run', design, ...tensors, ...more, '--json');
  expect(err).not.toMatch(/bug|^\s+at /m);
  return { code, ...(JSON.parse(out) as Report) };
}

describe('golden', () => {
  test('dense attention is float attention', async () => {
    const tensors = writeTensors(folder('dense'), [2, 12, 16]);
    const report = await run('sprint-s', tensors, '--out', at('dense.npy'), '--raw', at('raw.npy'));
    expect(report).toMatchObject({
      code: 0,
      design: 'sprint-s',
      engine: 'golden',
      tokens: 12,
      heads: 2,
      dim: 16,
      sized: { tokens: 12, dim: 16 },
      threshold: null,
      mismatches: null,
      kept_fraction: 1,
      failures: [],
      replay: null,
    });
    expect(report.error.dense.cosine).toBeGreaterThan(0.999);
    const written = readNpy(at('dense.npy'));
    expect(written).toMatchObject({ dtype: 'float32', shape: [2, 12, 16] });
    expect(readNpy(at('raw.npy'))).toMatchObject({ dtype: 'int16', shape: [2, 12, 16] });
    const [q, k, v] = ['q', 'k', 'v'].map((n) => readNpy(join(scratch, 'dense', `${n}.npy`)).data.subarray(192)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const expected = denseAttention({ q, k, v, tokens: 12, dim: 16 });
    expect(compareOutputs(written.data.subarray(192), expected, 16).cosine).toBeGreaterThan(0.999);
  });

  test('grouped heads, padding and causality', async () => {
    const shapes = { k: { shape: [1, 10, 8] }, v: { shape: [1, 10, 8] } };
    const tensors = writeTensors(folder('grouped'), [3, 10, 8], shapes);
    const report = await run('sprint-m', tensors, '--valid-length', '7', '--causal', '--out', at('grouped.npy'));
    expect(report).toMatchObject({ heads: 3, key_heads: 1, valid_length: 7, causal: true, kept_fraction: 1 });
    expect(report.error.dense.cosine).toBeGreaterThan(0.999);
    const { data } = readNpy(at('grouped.npy'));
    for (let head = 0; head < 3; head++) {
      const rows = data.subarray(head * 80, (head + 1) * 80);
      expect([...rows.subarray(56)].every((x) => x === 0)).toBe(true);
      expect([...rows.subarray(0, 56)].some((x) => x !== 0)).toBe(true);
    }
  });

  test('thresholds: a number, a file, a fraction to keep', async () => {
    const tensors = writeTensors(folder('thresholds'), [2, 20, 8]);
    const none = await run('sprint-s', tensors, '--threshold', '1e6', '--out', at('none.npy'));
    expect(none).toMatchObject({ threshold: 1e6, kept_fraction: 0 });
    expect(readNpy(at('none.npy')).data.every((x) => x === 0)).toBe(true);
    const all = await run('sprint-s', tensors, '--threshold', '-1e6');
    expect(all.kept_fraction).toBe(1);
    const quarter = await run('sprint-s', tensors, '--keep', '0.25');
    expect(quarter.kept_fraction).toBeCloseTo(0.25, 2);
    expect(quarter.error.kept.cosine).toBeGreaterThan(0.999);
    expect(quarter.error.dense.cosine).toBeLessThan(quarter.error.kept.cosine);
    const perHead = quarter.threshold as number[];
    writeFileSync(at('t.npy'), encodeNpy([2], Float32Array.from(perHead)));
    expect((await run('sprint-s', tensors, '--threshold', at('t.npy'))).kept_fraction).toBeCloseTo(0.25, 2);
    const perQuery = Float32Array.from({ length: 40 }, (_, n) => (n % 20 < 10 ? 1e6 : -1e6));
    writeFileSync(at('t2.npy'), encodeNpy([2, 20], perQuery));
    expect((await run('sprint-s', tensors, '--threshold', at('t2.npy'))).kept_fraction).toBe(0.5);
  });

  test('device noise: the seed decides', async () => {
    const tensors = writeTensors(folder('noise'), [1, 20, 8]);
    const noisy = (seed: string, name: string) =>
      run('sprint-s', tensors, '--keep', '0.3', '--set', 'device.readSigma=0.05', '--seed', seed, '--raw', at(name));
    await noisy('1', 'a.npy');
    await noisy('1', 'b.npy');
    await noisy('2', 'c.npy');
    const bytes = ['a', 'b', 'c'].map((n) => readFileSync(at(`${n}.npy`)));
    expect(bytes[0]!.equals(bytes[1]!)).toBe(true);
    expect(bytes[0]!.equals(bytes[2]!)).toBe(false);
  });

  test('integers are taken as they are', async () => {
    const data = Int8Array.from(noise(160, 9), (x) => Math.round(12 * x));
    const tensors = writeTensors(folder('int8'), [20, 8], { q: { data }, k: { data }, v: { data } });
    const report = await run('sprint-s', tensors, '--out', at('int8.npy'));
    expect(readNpy(at('int8.npy')).shape).toEqual([20, 8]);
    expect(report.error.dense.cosine).toBeGreaterThan(0.999);
  });
});

describe('RTL', () => {
  const tensors = () => writeTensors(folder('rtl'), [2, 12, 8]);

  test('agrees with the golden model and counts', async () => {
    const args = ['--keep', '0.5', '--causal', '--valid-length', '11'];
    const both = await run('sprint-m', tensors(), ...args, '--engine', 'both', '--out', at('both.npy'));
    expect(both).toMatchObject({ code: 0, mismatches: 0, words: 2 * 11 * (8 + 2 * 4) });
    expect(both.cycles).toBeGreaterThan(0);
    expect(both.load_cycles).toBeGreaterThan(0);
    const pairs = 2 * 66;
    // Every kept key is either fetched or there already.
    expect(both.keys_fetched + both.keys_reused).toBe(Math.round(both.kept_fraction * pairs));
    const rtl = await run('sprint-m', tensors(), ...args, '--engine', 'rtl', '--out', at('rtl.npy'));
    expect(rtl).toMatchObject({ mismatches: null, cycles: both.cycles, kept_fraction: both.kept_fraction });
    await run('sprint-m', tensors(), ...args, '--engine', 'golden', '--out', at('golden.npy'));
    const bytes = ['both', 'rtl', 'golden'].map((n) => readFileSync(at(`${n}.npy`)));
    expect(bytes[0]!.equals(bytes[1]!) && bytes[0]!.equals(bytes[2]!)).toBe(true);
  });

  test('waves of a window', async () => {
    const report = await run(
      'sprint-m',
      tensors(),
      '--engine',
      'rtl',
      '--waves',
      at('w.fst'),
      '--waves-window',
      '0:50',
    );
    expect(report.code).toBe(0);
    expect(existsSync(at('w.fst'))).toBe(true);
  });

  describe('that is wrong', () => {
    const before = process.cwd();
    beforeAll(() => process.chdir(folder('cwd')));
    afterAll(() => process.chdir(before));

    // SPRINT with a model that puts zeros out: the RTL cannot agree.
    const design = () => {
      const text = `import { sprint } from ${JSON.stringify(join(root, 'src', 'index.ts'))};
const part = sprint({ tokens: 12, dim: 8, corelets: 2 });
function* model(_, io) {
  const { length } = yield* io.configure.take();
  for (let i = 0; i < length; i++) for (let b = 0; b < 4; b++) io.result.put({ data: [0, 0], none: 0, last: Number(b === 3) });
}
export default { ...part, definition: { ...part.definition, model } };
`;
      writeFileSync(at('zeros.mts'), text);
      return at('zeros.mts');
    };

    test('run: exit code 1, one line a difference, a replay folder', async () => {
      const { code, out, err } = await prunus(
        'run',
        design(),
        ...tensors(),
        '--engine',
        'both',
        '--out',
        at('zeros.npy'),
      );
      expect(code).toBe(1);
      expect(out).toMatch(/mismatches +[1-9]\d* of 384 words/);
      const lines = err.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^mismatch: head 0, query 0, word \d: expected 0, got -?\d+ \(cycle \d+\)$/);
      expect(lines.at(-1)).toBe('To replay: make -C sim/replay/zeros replay');
      expect(existsSync(join('sim', 'replay', 'zeros', 'stimulus.bin'))).toBe(true);
    });

    test('verify: shrinks, and prints how to see it again', async () => {
      const { code, out } = await prunus('verify', design(), '--cases', '6', '--seed', '4', '--json');
      expect(code).toBe(1);
      const report = JSON.parse(out) as {
        failed_cases: number;
        failures: { case: number; reproduce: string; replay: string; shrunk: { what: string; lines: string[] } }[];
      };
      expect(report.failed_cases).toBeGreaterThan(0);
      const [first] = report.failures;
      expect(first!.shrunk.what).toMatch(/^1 token, causal false, prune false, no stalls$/);
      expect(first!.reproduce).toBe(`prunus verify ${at('zeros.mts')} --seed 4 --only ${first!.case}`);
      expect(existsSync(join(first!.replay, 'Makefile'))).toBe(true);
      const again = await prunus('verify', design(), '--seed', '4', '--only', `${first!.case}`);
      expect(again.code).toBe(1);
    });
  });
});

describe('verify', () => {
  test('a preset: all cases agree, and so do its two models', async () => {
    const small = ['--set', 'tokens=12', '--set', 'dim=8'];
    const { code, out } = await prunus('verify', 'sprint-m', ...small, '--cases', '60', '--jobs', '2', '--json');
    expect(JSON.parse(out)).toMatchObject({ cases: 60, seed: 1, mismatches: 0, failed_cases: 0, model_failures: [] });
    expect(code).toBe(0);
  });

  test('a component of any streams, right and wrong', async () => {
    const clamp = (limit: number) => `import { z } from 'zod';
import { defineComponent, input, output, payload, signed, stream } from ${JSON.stringify(join(root, 'src', 'index.ts'))};
const number = payload('number', { value: signed(12) });
export default defineComponent({
  name: 'clamp',
  summary: 'Limits numbers to 500.',
  parameters: z.strictObject({}),
  ports: () => ({ put: input(stream(number)), get: output(stream(number)) }),
  template: { text: \`  assign get_valid = put_valid;
  assign put_ready = get_ready;
  assign get_value = put_value > 12'sd500 ? 12'sd${limit} : put_value;
\` },
  *model(_, io) {
    for (;;) io.get.put({ value: Math.min(500, (yield* io.put.take()).value) });
  },
});
`;
    // Beside node_modules, so that the file finds zod as a user's project would.
    const cwd = process.cwd();
    process.chdir(folder('clamps'));
    try {
      mkdirSync(join(scratch, 'node_modules'), { recursive: true });
      const files = [500, 499].map((limit) => {
        const path = at(`clamp${limit}.mts`);
        const zod = JSON.stringify(join(root, 'node_modules', 'zod', 'index.js'));
        writeFileSync(path, clamp(limit).replace("'zod'", zod));
        return path;
      }) as [string, string];
      const right = await prunus('verify', files[0], '--cases', '40');
      expect(right.out).toMatch(/^clamp500: 40 cases, [\d,]+ cycles, [\d,]+ words compared, seed 1 /);
      expect(right.out).toMatch(/^0 mismatches$/m);
      expect(right.code).toBe(0);
      const wrong = await prunus('verify', files[1], '--cases', '40');
      expect(wrong.code).toBe(1);
      expect(wrong.out).toMatch(/case \d+ get\[0\]\.value\[0\]: expected 500, got 499/);
      expect(wrong.out).toMatch(/shrunk to: 1 put, no stalls/);
    } finally {
      process.chdir(cwd);
    }
  });
});
