/** Clock cycles of SPRINT: with pruning off, with pruning, and what pruning gains. */
import { type Group, keep, off, presetNames, sizedTo, zeroWait } from './context.ts';
import { busiestKeys, measureLayer, totalOf } from './heads.ts';

/** One CORELET, 128 tokens: a query takes a cycle a key. */
export const dense: Group = async function* ({ sets }) {
  const layer = sets.flatMap((s) => s.layers).find(({ tensors }) => tensors.tokens === 128 && tensors.dim === 64);
  if (!layer) return;
  for (const [timing, changes] of [
    ['default timing', {}],
    ['zero-wait memory', zeroWait],
  ] as const) {
    const heads = await measureLayer(sizedTo('sprint-s', layer, changes), layer, off);
    const value = Math.max(...heads.map((h) => h.counters.cycles));
    const target = { atMost: 1.05 * 128 * 128 };
    yield { name: `dense sprint-s, 128 tokens, dim 64, ${timing}`, value, unit: 'cycles', target, note: 'worst head' };
  }
};

/** Against the cycles that the busiest CORELET needs for its kept keys. */
export const sparse: Group = async function* ({ sets, quick }) {
  for (const label of quick ? ['sprint-s'] : presetNames) {
    for (const set of sets) {
      for (const fraction of quick ? [0.25] : [0.1, 0.25, 0.5]) {
        const name = `sparse ${label}, ${set.name}, ${fraction} kept`;
        let worst = { bound: 0, plain: 0 };
        const sums = { cycles: 0, stalled: 0, waiting: 0 };
        for (const layer of quick ? set.layers.slice(0, 1) : set.layers) {
          const ideal = sizedTo(label, layer, zeroWait);
          const heads = await measureLayer(ideal, layer, keep(fraction));
          for (const head of heads) {
            const keys = busiestKeys(head, ideal.part.parameters['corelets'] as number);
            const { cycles } = head.counters;
            const bound = cycles / (1.1 * keys + 4 * head.length);
            if (bound > worst.bound) worst = { bound, plain: cycles / keys };
          }
          const usual = await measureLayer(sizedTo(label, layer), layer, keep(fraction));
          sums.waiting += totalOf(heads, 'cycles');
          sums.cycles += totalOf(usual, 'cycles');
          sums.stalled += totalOf(usual, 'stall_cycles');
        }
        const note = `worst head: ${worst.plain.toFixed(3)} x the busiest CORELET's keys`;
        yield { name: `${name}, of the bound`, value: worst.bound, unit: 'ratio', target: { atMost: 1 }, note };
        const share = (100 * sums.stalled) / sums.cycles;
        const slower = `${(sums.cycles / sums.waiting).toFixed(3)} x the zero-wait cycles`;
        yield { name: `${name}, default timing stalls`, value: share, unit: 'percent', note: slower };
      }
    }
  }
};

/** Pruning against the same design with pruning off, default timing. */
export const speedup: Group = async function* ({ sets, quick }) {
  for (const label of quick ? ['sprint-s'] : presetNames) {
    for (const set of sets) {
      const cycles = { pruned: 0, dense: 0 };
      const kept = { pairs: 0, all: 0 };
      for (const layer of quick ? set.layers.slice(0, 1) : set.layers) {
        const design = sizedTo(label, layer);
        const [pruned, whole] = [await measureLayer(design, layer, keep(0.25)), await measureLayer(design, layer, off)];
        cycles.pruned += totalOf(pruned, 'cycles');
        cycles.dense += totalOf(whole, 'cycles');
        kept.pairs += totalOf(pruned, 'keys_kept');
        kept.all += totalOf(whole, 'keys_kept');
      }
      const note = `${((100 * kept.pairs) / kept.all).toFixed(1)} % of the pairs kept`;
      const name = `speedup of pruning ${label}, ${set.name}, 0.25 kept`;
      yield { name, value: cycles.dense / cycles.pruned, unit: 'ratio', note };
    }
  }
};
