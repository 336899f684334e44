/** LeOPArd and HARDSEA on the command line, thresholds and codebooks from files, and designs side by side. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prunus, scratchFolder, writeTensors } from './prunus.ts';

const scratch = scratchFolder();
const at = (name: string) => join(scratch, name);
const tensors = (name: string, shape: [number, number, number]): string[] => {
  mkdirSync(at(name), { recursive: true });
  return writeTensors(at(name), shape);
};
const fileOf = (given: readonly string[], option: string): string => given[given.indexOf(option) + 1]!;

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await prunus(...args, '--json');
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(out) as Record<string, unknown>;
}

const thresholds = { kind: 'prunus-thresholds', version: 1, model: 'small', about: {} };

describe('LeOPArd', () => {
  test('says where keys ended, in the RTL as in the model', async () => {
    const given = tensors('serial', [2, 16, 8]);
    const asked = ['run', 'leopard-ae', ...given, '--keep', '0.3'] as const;
    const golden = await json(...asked);
    const rtl = await json(...asked, '--engine', 'both');
    const { bits_processed: groups, groups_histogram: histogram } = golden as {
      bits_processed: number;
      groups_histogram: number[];
    };
    expect(histogram).toHaveLength(6);
    expect(histogram.reduce((a, b) => a + b)).toBe(2 * 16 * 16);
    expect(groups).toBeCloseTo(histogram.reduce((sum, n, t) => sum + n * (t + 1), 0) / (2 * 16 * 16), 12);
    expect(groups).toBeLessThan(6);
    expect(rtl).toMatchObject({ mismatches: 0, groups_histogram: histogram, cycles: golden['cycles'] });
    expect(rtl['keys_fetched']).toBeNull();
    expect((golden['relevance'] as { chosen: { mass: number } }).chosen.mass).toBeGreaterThan(0.3);
  });

  test('thresholds of a model, on the command line and in a design file; SPRINT takes the same', async () => {
    const given = tensors('learned', [2, 12, 8]);
    const path = at('learned.json');
    const layers = [
      { name: 'first', dim: 8, thresholds: [0.4, -0.2] },
      { name: 'second', dim: 16, thresholds: [0, 0] },
    ];
    writeFileSync(path, JSON.stringify({ ...thresholds, layers }));
    const run = (...more: string[]) => json('run', ...more, ...given);
    expect(await run('leopard-ae', '--threshold', path, '--layer', 'first')).toMatchObject({ threshold: [0.4, -0.2] });
    expect(await run('sprint-s', '--threshold', path, '--layer', '0')).toMatchObject({ threshold: [0.4, -0.2] });
    const design = at('lab.json');
    writeFileSync(design, JSON.stringify({ architecture: 'leopard', units: 3, thresholds: 'learned.json', layer: 0 }));
    expect(await run(design)).toMatchObject({ threshold: [0.4, -0.2], design: 'lab' });
    expect(await run(design, '--dense')).toMatchObject({ threshold: null });
    expect(await run(design, '--threshold', '1')).toMatchObject({ threshold: 1 });
    const other = await prunus('run', 'leopard-ae', ...given, '--threshold', path, '--layer', 'second');
    expect(other).toMatchObject({ code: 2 });
    expect(other.err).toMatch(/^PR0452 .*second of small has 2 heads of dimension 16, the tensors 2 of 8/);
    writeFileSync(design, JSON.stringify({ architecture: 'leopard', thresholds: 3 }));
    expect((await prunus('run', design, ...given)).err).toMatch(/^PR0702 .*thresholds is 3, which is no file/);
  });
});

describe('HARDSEA', () => {
  const given = tensors('predicted', [2, 20, 8]);
  const book = at('book.json');
  const learn = () =>
    json(
      'learn',
      '--codebook',
      book,
      '--q',
      fileOf(given, '--q'),
      '--k',
      fileOf(given, '--k'),
      '--subspaces',
      '4',
      '--centroids',
      '8',
      '--model',
      'small',
    );

  test('a codebook is learned, the same for the same seed, and predicts', async () => {
    expect(await learn()).toMatchObject({ layers: [{ name: 'layer0', heads: 2, dim: 8 }] });
    const first = readFileSync(book, 'utf8');
    await learn();
    expect(readFileSync(book, 'utf8')).toBe(first);
    const kept = await json('run', 'hardsea', ...given, '--codebook', book, '--keep', '0.3', '--engine', 'both');
    expect(kept).toMatchObject({ mismatches: 0, sized: { tokens: 20, dim: 8 } });
    expect(kept['cycles']).toBe(kept['predicted_cycles']);
    const { chosen, oracle } = kept['relevance'] as Record<string, { mass: number; recall: number }>;
    expect(oracle!.recall).toBe(1);
    expect(chosen!.recall).toBeGreaterThan(0.4);
    expect(chosen!.mass).toBeLessThanOrEqual(oracle!.mass);
    const ranked = await json('run', 'hardsea', ...given, '--codebook', book, '--top-k', '5', '--engine', 'both');
    expect(ranked).toMatchObject({ mismatches: 0, kept_fraction: 0.25, threshold: null });
    // A fraction is kept by rank, unless one threshold a head is asked for.
    const fraction = await json('run', 'hardsea', ...given, '--codebook', book, '--keep', '0.25');
    expect(fraction).toMatchObject({ kept_fraction: 0.25, threshold: null, relevance: ranked['relevance'] });
    const limited = ['--codebook', book, '--keep', '0.25', '--select', 'threshold'];
    expect((await json('run', 'hardsea', ...given, ...limited))['threshold']).toHaveLength(2);
    const diagonal = await json('run', 'hardsea', ...given, '--codebook', 'self', '--top-k', '1', '--diagonal');
    expect(diagonal['kept_fraction']).toBeGreaterThan(0.05);
    expect(await json('run', 'hardsea', ...given)).toMatchObject({
      threshold: null,
      relevance: null,
      kept_fraction: 1,
    });
  });

  test('sizes that are not given follow from the dimension, layer by layer', async () => {
    const long = fileOf(tensors('long', [1, 6, 32]), '--q');
    const short = fileOf(given, '--q');
    const asked = ['learn', '--codebook', at('sized.json'), '--q', short, '--k', short, '--q', long, '--k', long];
    const sizes = { centroids: 32 };
    expect(await json(...asked)).toMatchObject({
      layers: [
        { dim: 8, subspaces: 8, ...sizes },
        { dim: 32, subspaces: 16, ...sizes },
      ],
    });
    const layers = (JSON.parse(readFileSync(at('sized.json'), 'utf8')) as { layers: { heads: { mix: unknown }[] }[] })
      .layers;
    // Channels of short vectors are not mixed.
    expect(layers.map((l) => l.heads[0]!.mix === null)).toEqual([true, false]);
  });

  test('the three designs side by side', async () => {
    await learn();
    const asked = ['compare', 'sprint-s', 'leopard-ae', 'hardsea', ...given, '--keep', '0.25', '--codebook', book];
    const { designs } = (await json(...asked)) as unknown as { designs: Record<string, unknown>[] };
    expect(designs.map((d) => d['design'])).toEqual(['sprint-s', 'leopard-ae', 'hardsea']);
    for (const d of designs) {
      expect(d['kept_fraction']).toBeCloseTo(0.25, 1);
      expect(d['dense_cycles']).toBeGreaterThan(0);
      expect(d['relevance']).not.toBeNull();
    }
    const { code, out } = await prunus(...asked);
    expect(code).toBe(0);
    expect(out).toMatch(/^2 heads x 20 tokens x 8; cycles predicted/);
    expect(out.trim().split('\n')).toHaveLength(5);
  });

  test.each([
    [
      ['run', 'hardsea', '--codebook', 'self', '--top-k', '500'],
      /^PR0603 500 keys a query are to be kept of \d+ tokens\. Fix: keep 1 to/,
    ],
    [['run', 'hardsea', '--keep', '0.5'], /^PR0603 .*there is none\. Fix: give --codebook/],
    [['run', 'sprint-s', '--codebook', 'self', '--keep', '0.5'], /^PR0603 a codebook is for designs/],
    [['run', 'sprint-s', '--top-k', '3'], /^PR0603 a number of keys a query/],
    [['run', 'sprint-s', '--keep', '0.5', '--select', 'rank'], /^PR0603 a number of keys a query/],
    [['run', 'hardsea', '--select', 'rank'], /^PR0708 --select: says how --keep is reached\. Fix: give --keep/],
    [['run', 'leopard-ae', '--diagonal'], /^PR0603 each query's own key/],
    [['run', 'hardsea', '--codebook', 'nowhere.json', '--keep', '0.5'], /^PR0455 .*nowhere\.json/],
    [['run', 'hardsea', '--codebook', 'self', '--top-k', '0'], /^PR0706 --top-k: '0': a whole number/],
    [['run', 'hardsea', '--top-k', '3', '--keep', '0.5'], /^PR0708 --top-k: cannot be used together with --keep/],
    [['run', 'hardsea', '--set', 'centroids=12'], /^PR0102 hardsea\.centroids: .*power of two/],
    [['compare', 'sprint-s', 'hardsee'], /^PR0701 there is no design 'hardsee'/],
  ])('bad input: %j', async (args, message) => {
    const { code, err } = await prunus(...args, ...given);
    expect({ code, err: err.split('\n')[0] }).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });

  test('a codebook of other sizes than were chosen', async () => {
    await learn();
    const asked = ['run', 'hardsea', ...given, '--codebook', book, '--keep', '0.5', '--set', 'centroids=16'];
    expect((await prunus(...asked)).err).toMatch(/^PR0458 /);
  });
});
