/**
 * An unchanged `prunus run --engine rtl`: from the start of the process to the first simulated cycle. A shell script in
 * the place of the cached simulator notes when it is called and becomes the simulator; to that comes a whole run of the
 * simulator with a head of one token, for what it does before its first cycle.
 */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Integers } from '../src/architectures/head.ts';
import { headCase } from '../src/explore/head-design.ts';
import { simTop } from '../src/sim/from-design.ts';
import { encodeStimulus } from '../src/sim/stimulus.ts';
import { inTemporaryFolder } from '../src/sim/workspace.ts';
import { type Group, headsOf, off, root, sizedTo } from './context.ts';
import { type Figure, median, roundsNote } from './figure.ts';
import { compiledCli, cpuOf, timed } from './processes.ts';

const script = '#!/bin/sh\n{ date +%s%N; cat /proc/$PPID/stat; } > "$PRUNUS_BENCH_MARK"\nexec "$0.own" "$@"\n';

export const rerun: Group = async function* ({ sets, quick }) {
  const layer = sets[0].layers[0];
  const folder = join(root, 'examples', 'tensors', 'use-lite');
  const example = ['q', 'k', 'v'].flatMap((name) => [`--${name}`, join(folder, `l0_${name}.npy`)]);
  yield await inTemporaryFolder(async (work): Promise<Figure> => {
    const cache = join(work, 'cache');
    const mark = join(work, 'mark');
    const args = [compiledCli(work), 'run', 'sprint-s', ...example, '--keep', '0.25', '--engine', 'rtl'];
    const place = { cwd: work, env: { PRUNUS_CACHE: cache, PRUNUS_BENCH_MARK: mark } };
    timed(process.execPath, args, place);
    const entry = readdirSync(cache)
      .map((name) => join(cache, name))
      .find((path) => readdirSync(path).includes('sim'))!;
    const own = join(entry, 'sim.own');
    renameSync(join(entry, 'sim'), own);
    writeFileSync(join(entry, 'sim'), script, { mode: 0o755 });

    const rounds = Array.from({ length: quick ? 3 : 15 }, () => {
      const start = performance.timeOrigin + performance.now();
      const { wall } = timed(process.execPath, args, place);
      const [at, stat] = readFileSync(mark, 'utf8').split('\n');
      return { first: Number(at) / 1e9 - start / 1000, cpu: cpuOf(stat).own, wall };
    });
    const starts = Array.from({ length: 9 }, () => timed(own, shortest(work), { cwd: join(entry, 'src') }).wall);
    const inside = median(starts);
    const firsts = rounds.map((r) => r.first + inside);
    const whole = median(rounds.map((r) => r.wall));
    const cpu = seconds(median(rounds.map((r) => r.cpu)));
    const inner = `${cpu} s of a core by then; ${seconds(inside)} s of it in the simulator; ${seconds(whole)} s to the end`;
    const note = `${roundsNote(firsts, seconds)}; ${inner}`;
    const name = 'unchanged prunus run --engine rtl, to the first cycle';
    return { name, value: median(firsts), unit: 's', target: { atMost: 0.5 }, note };
  });

  /** Arguments that make the simulator run one token. */
  function shortest(work: string): string[] {
    const design = sizedTo('sprint-s', layer);
    const { head } = headsOf(design, layer, off)[0];
    const rows = (x: Integers) => x.subarray(0, design.dim);
    const { q, k, v, multiplier, threshold } = head;
    const one = { ...head, length: 1, q: rows(q), k: rows(k), v: rows(v) };
    const scaling = { multiplier: multiplier.subarray(0, 1), threshold: threshold.subarray(0, 1) };
    const top = simTop(design.netlist);
    const [from, to] = [join(work, 'one.bin'), join(work, 'results.bin')];
    writeFileSync(from, encodeStimulus(top, [headCase(design, { ...one, ...scaling }, { reset: true })]));
    return [from, to];
  }
};

const seconds = (x: number): string => x.toFixed(3);
