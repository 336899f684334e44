/** LeOPArd's accelerator: RTL against the functional model, the network of its parts and the timing model; the bound is safe. */
import { describe, expect, test } from 'vitest';
import { leopardHead } from '../../src/architectures/leopard/functional.ts';
import { leopard } from '../../src/architectures/leopard/leopard.ts';
import {
  type LeopardInput,
  type LeopardParameters,
  leopardPresets,
  leopardShape,
} from '../../src/architectures/leopard/parameters.ts';
import { LeopardTiming } from '../../src/architectures/leopard/timing.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import type { Item } from '../../src/dsl/kinds.ts';
import { runGolden } from '../../src/dsl/network.ts';
import { Random } from '../../src/explore/verify/random.ts';
import type { SimItem } from '../../src/sim/cases.ts';
import { compareResults, printMismatch } from '../../src/sim/compare.ts';
import { designFiles } from '../../src/sim/design-files.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { lintVerilog } from '../../src/sim/lint.ts';
import { openSimulation } from '../../src/sim/simulation.ts';

const seed = Number(process.env['PRUNUS_SWEEP_SEED'] ?? 1);
const cases = 10;

function randomHead(p: LeopardParameters, r: Random) {
  const { dim, queryBits, keyBits, valueBits } = p;
  const length = r.integer(1, p.tokens);
  const spread = r.pick([0.2, 0.5, 1]);
  const vector = (bits: number) => {
    const most = 2 ** (bits - 1);
    const value = () => Math.max(-most, Math.min(most - 1, Math.round((r.gaussian() * spread * most) / 2)));
    return Int16Array.from({ length: length * dim }, value);
  };
  const scale = Math.sqrt(dim) * 2 ** (queryBits + keyBits - 4) * spread * spread;
  const level = r.pick([-1, 0, 0.5, 1, 2]);
  return {
    length,
    causal: r.chance(0.3),
    prune: r.chance(0.8),
    scoreShift: Math.max(1, Math.round(Math.log2(scale) + 6)),
    expShift: r.integer(0, 2),
    q: vector(queryBits),
    k: vector(keyBits),
    v: vector(valueBits),
    multiplier: Uint16Array.from({ length }, () => r.integer(20_000, 60_000)),
    threshold: Float64Array.from({ length }, () => Math.round((level + 0.2 * r.unit()) * scale)),
  };
}

type Head = ReturnType<typeof randomHead>;

function streamsOf(p: LeopardParameters, head: Head): Record<string, SimItem[]> {
  const rows = Array.from({ length: head.length }, (_, i) => i);
  const row = (x: Int16Array, i: number) => x.subarray(i * p.dim, (i + 1) * p.dim);
  const { length, scoreShift, expShift } = head;
  const [causal, prune] = [Number(head.causal), Number(head.prune)];
  return {
    configure: [{ length, causal, prune, score_shift: scoreShift, exponent_shift: expShift }],
    load: rows.map((i) => ({ key: row(head.k, i), value: row(head.v, i) })),
    query: rows.map((i) => ({
      data: row(head.q, i),
      multiplier: head.multiplier[i]!,
      threshold: head.threshold[i]!,
    })),
  };
}

function resultOf(p: LeopardParameters, head: Head, out: Int16Array, none: Uint8Array): SimItem[] {
  const { lanes } = leopardShape(p);
  const beats = Math.ceil(p.dim / lanes);
  const element = (i: number, d: number) => (d < p.dim ? out[i * p.dim + d]! : 0);
  return Array.from({ length: head.length * beats }, (_, n) => {
    const [i, beat] = [Math.floor(n / beats), n % beats];
    const data = Array.from({ length: lanes }, (__, l) => element(i, beat * lanes + l));
    return { data, none: none[i]!, last: Number(beat === beats - 1) };
  });
}

const designs: LeopardInput[] = [
  { ...leopardPresets['leopard-ae'], tokens: 48, dim: 16 },
  { ...leopardPresets['leopard-baseline'], tokens: 32, dim: 8 },
  { units: 3, tokens: 40, dim: 15, groupBits: 3, queryBits: 9, keyBits: 7, valueBits: 8, outcomeQueue: 2, contexts: 2 },
  { units: 5, tokens: 20, dim: 8, groupBits: 1, queryBits: 6, keyBits: 6, valueBits: 8 },
];

describe(`LeOPArd, seed ${seed}`, () => {
  test.each(designs.map((d, i) => [JSON.stringify(d), d, i] as const))('%s', async (_, input, index) => {
    const part = leopard(input);
    const p = part.parameters as unknown as LeopardParameters;
    const { netlist } = elaborate(part, 'leopard');
    const files = designFiles(netlist);
    const top = simTop(netlist, 'simulation', files);
    expect(await lintVerilog(top.files, { top: top.top })).toEqual([]);

    const random = new Random(seed, index);
    const heads = Array.from({ length: cases }, () => randomHead(p, random));
    const golden = heads.map((head) => leopardHead(p, head));
    const expected = heads.map((head, i) => ({
      streams: { result: resultOf(p, head, golden[i]!.out, golden[i]!.none) },
      wires: {
        keys_kept: golden[i]!.keptCount,
        ...Object.fromEntries(Array.from(golden[i]!.histogram, (n, t) => [`groups_histogram${t}`, n])),
      },
    }));
    const network = runGolden(part, { streams: streamsOf(p, heads[0]!) as unknown as Record<string, Item[]> });
    const plain = (items: readonly SimItem[]) =>
      items.map((x) => ({ ...x, data: Array.from(x['data'] as ArrayLike<number>) }));
    expect(plain(network['result'] as unknown as SimItem[])).toEqual(plain(expected[0]!.streams.result));

    const simulation = await openSimulation(top);
    // The second half stalls.
    const stall = (i: number) => (i < cases / 2 ? {} : { stall: { seed: i, validPercent: 60, readyPercent: 30 } });
    const results = await simulation.run(
      heads.map((head, i) => ({
        reset: i === 0,
        wires: {},
        streams: streamsOf(p, head),
        expect: { result: expected[i]!.streams.result.length },
        ...stall(i),
      })),
    );
    expect(results.map((r) => [r.status, r.violationCount])).toEqual(heads.map(() => ['ok', 0]));
    const compared = compareResults(top, results, expected);
    expect(compared.mismatches.slice(0, 3).map(printMismatch)).toEqual([]);
    expect(compared.words).toBeGreaterThan(0);

    const timing = new LeopardTiming(p);
    for (const [i, head] of heads.slice(0, cases / 2).entries()) {
      const { groups, kept } = golden[i]!;
      const said = timing.head({ length: head.length, causal: head.causal, groups, kept });
      const { wires } = results[i]!;
      expect(said, `head ${i}`).toEqual({
        cycles: wires['cycles'],
        loadCycles: wires['load_cycles'],
        stallCycles: wires['stall_cycles'],
      });
    }
  });

  test('early termination never drops a key that reaches the threshold: all keys and queries of two small elements', () => {
    const p = leopard({
      tokens: 2,
      dim: 2,
      units: 1,
      queryBits: 3,
      keyBits: 4,
      groupBits: 2,
      valueBits: 4,
      outputBeats: 1,
    }).parameters as unknown as LeopardParameters;
    let ended = 0;
    const one = (q: number[], k: number[], threshold: number) =>
      leopardHead(p, {
        length: 1,
        causal: false,
        prune: true,
        scoreShift: 1,
        expShift: 0,
        q: Int16Array.from(q),
        k: Int16Array.from(k),
        v: Int16Array.of(1, 1),
        multiplier: Uint16Array.of(1),
        threshold: Float64Array.of(threshold),
      });
    for (let a = -4; a < 4; a++)
      for (let b = -4; b < 4; b++)
        for (let x = -7; x < 8; x++)
          for (let y = -7; y < 8; y++)
            for (const threshold of [-20, -3, 0, 1, 9, 25]) {
              const { kept, groups, histogram } = one([a, b], [x, y], threshold);
              expect(kept[0], `${a},${b} . ${x},${y} >= ${threshold}`).toBe(a * x + b * y >= threshold ? 1 : 0);
              if (groups[0]! < histogram.length) ended++;
            }
    // It does end early; otherwise the above would show nothing.
    expect(ended).toBeGreaterThan(1000);
  });
});
