/** `prunus estimate`, and what `prunus synth --sta` and `prunus power` say of bad input. */
import { describe, expect, test } from 'vitest';
import { prunus } from './prunus.ts';

const small = ['--set', 'dim=8', '--set', 'tokens=16'];
const recorded = ['q', 'k', 'v'].flatMap((t) => [`--${t}`, `examples/tensors/use-lite/l0_${t}.npy`]);

describe('estimate', () => {
  test.each(['sprint-s', 'leopard-ae'])('%s: area, memories, cycles, energy', async (design) => {
    const { code, out, err } = await prunus('estimate', design, ...small);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^(sprint-s|leopard-ae): estimated, gate equivalents/);
    for (const part of [
      / {2}all instances +[\d,]+/,
      /bits of SRAM/,
      /cycles on 1 random head, seed 1, 25 % kept: \d+/,
      /energy .* uJ/,
    ]) {
      expect(out).toMatch(part);
    }
    expect(out).not.toContain('not calibrated');
  });

  test('the cycles are those of run on the same tensors', async () => {
    const asked = [...recorded, '--keep', '0.25', '--json'];
    const [estimated, run] = [
      await prunus('estimate', 'sprint-s', ...asked),
      await prunus('run', 'sprint-s', ...asked),
    ];
    const { cycles } = JSON.parse(estimated.out) as { cycles: { cycles: number } };
    expect(cycles.cycles).toBe((JSON.parse(run.out) as { predicted_cycles: number }).predicted_cycles);
  });

  test('a design without a timing model has an area all the same', async () => {
    const { code, out } = await prunus('estimate', 'examples/hello.ts');
    expect(code).toBe(0);
    expect(out).toContain('cycles: this design has no timing model\n');
    expect(out).toContain('not calibrated');
  });

  test.each([
    [
      ['--q', 'q.npy'],
      'PR0708 --q: goes with the two others of --q, --k and --v. Fix: give all three, or none of them.\n',
    ],
    [
      ['--keep', '0.5', '--dense'],
      'PR0708 --keep: cannot be used together with --dense. Fix: leave one of them out.\n',
    ],
    [[...recorded, '--heads', '2'], 'PR0708 --heads: is what the tensors say. Fix: leave it out.\n'],
    [['--keep', '2'], "PR0706 --keep: '2': a number from 0 to 1 is needed.\n"],
  ])('%j', async (args, message) => {
    expect(await prunus('estimate', 'sprint-s', ...args)).toEqual({ code: 2, out: '', err: message });
  });
});

describe('synth --sta', () => {
  test.each([
    [
      ['generic', '--sta'],
      'PR0708 --sta belongs to --target liberty, and the target is generic. Fix: leave one of them out.\n',
    ],
    [
      ['xilinx', '--clock', '50'],
      'PR0708 --clock belongs to --target liberty, and the target is xilinx. Fix: leave one of them out.\n',
    ],
    [['liberty', '--sta'], 'PR0708 --target liberty needs a library. Fix: name its file with --lib, or osu018.\n'],
    [
      ['liberty', '--sta', '--lib', 'none.lib'],
      'PR0543 none.lib: cannot be read (ENOENT). Fix: name a liberty file, or one of osu018, osu035.\n',
    ],
  ])('%j', async (args, message) => {
    expect(await prunus('synth', 'sprint-s', '--target', ...args)).toEqual({ code: 2, out: '', err: message });
  });

  test('without OpenSTA: what installs it, before any work', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      expect(await prunus('synth', 'sprint-s', '--target', 'liberty', '--lib', 'osu018', '--sta')).toEqual({
        code: 2,
        out: '',
        err: "PR0510 'sta', needed for timing and power of a design made of cells, is not on PATH. Fix: apt-get install -y --no-install-recommends opensta\n",
      });
      // What needs no tools goes on.
      expect((await prunus('estimate', 'sprint-s', ...small)).code).toBe(0);
    } finally {
      process.env['PATH'] = before;
    }
  });
});

test('power: bad input', async () => {
  expect(await prunus('power', 'sprint-s', '--k', 'k.npy', '--v', 'v.npy')).toEqual({
    code: 2,
    out: '',
    err: 'PR0708 --k: goes with the two others of --q, --k and --v. Fix: give all three, or none of them.\n',
  });
  const { code, err } = await prunus('power', 'examples/hello.ts');
  expect([code, err.slice(0, 7)]).toEqual([2, 'PR0602 ']);
});
