/** Heads through the RTL of a design, compared with what is expected of them. */
import { join } from 'node:path';
import type { AttentionHead } from '../architectures/head.ts';
import type { CaseResult } from '../sim/cases.ts';
import { compareResults, type Expected, type Mismatch } from '../sim/compare.ts';
import { simTop } from '../sim/from-design.ts';
import type { Progress, WavesWindow } from '../sim/options.ts';
import { writeReplay } from '../sim/replay.ts';
import { openSimulation, type Simulation } from '../sim/simulation.ts';
import { type ExpectedHead, headCase, type HeadDesign } from './head-design.ts';

export interface RtlOptions {
  readonly cacheDir?: string | undefined;
  readonly waves?: WavesWindow | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBuilt?: ((build: Simulation['build']) => void) | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Where the folder that replays a failure goes; default `sim/replay/<top>`. */
  readonly replayFolder?: string | undefined;
}

export interface RtlRun {
  /** From start to end as the system counts them, over all heads; absent where the design ran by itself. */
  readonly systemCycles?: number;
  readonly results: readonly CaseResult[];
  readonly expected: readonly ExpectedHead[] | undefined;
  readonly comparison:
    | {
        readonly mismatches: number;
        readonly words: number;
        /** The first ones, one line each. */
        readonly lines: readonly string[];
        readonly replay: string | undefined;
      }
    | undefined;
}

/** Builds (or finds) the simulation and runs all heads in one process. `expect` is called while the simulation runs. */
export async function runHeads(
  design: HeadDesign,
  heads: readonly AttentionHead[],
  expect: (() => RtlRun['expected'] & object) | undefined,
  options: RtlOptions = {},
): Promise<RtlRun> {
  const top = simTop(design.netlist);
  const { cacheDir, waves, signal, onProgress } = options;
  const simulation = await openSimulation(top, { cacheDir, waves, signal });
  options.onBuilt?.(simulation.build);
  const cases = heads.map((head, i) => headCase(design, head, { reset: i === 0 }));
  const running = simulation.run(cases, { signal, onProgress });
  running.catch(() => {}); // awaited below, after the model has run beside it
  await new Promise(setImmediate);
  const expected = expect?.();
  const results = await running;
  if (!expected) return { results, expected, comparison: undefined };
  const wanted: Expected[] = expected.map(({ items, wires }) => ({ streams: { result: items }, wires }));
  const { mismatches, mismatchCount, words } = compareResults(top, results, wanted);
  let replay: string | undefined;
  if (mismatchCount > 0) {
    const last = mismatches[0].case + 1;
    const part = { cases: cases.slice(0, last), results: results.slice(0, last), expected: wanted.slice(0, last) };
    replay = await writeReplay(options.replayFolder ?? join('sim', 'replay', top.top), { top, ...part });
  }
  const lines = mismatches.map((m) => describeMismatch(design, m));
  return { results, expected, comparison: { mismatches: mismatchCount, words, lines, replay } };
}

/** `head 2, query 17, word 5: expected 12, got 13 (cycle 5012)` */
export function describeMismatch(design: Pick<HeadDesign, 'beats' | 'lanes'>, m: Mismatch): string {
  const { beats, lanes } = design;
  const place =
    m.stream === 'result' && m.field !== 'status'
      ? [
          `query ${Math.floor(m.item / beats)}`,
          m.field === 'data' ? `word ${(m.item % beats) * lanes + m.element}` : m.field,
        ]
      : [`${m.stream}${m.stream ? ' ' : ''}${m.field}`];
  const cycle = m.cycle < 0 ? '' : ` (cycle ${m.cycle})`;
  return `${[`head ${m.case}`, ...place].join(', ')}: expected ${m.expected ?? 'nothing'}, got ${m.got ?? 'nothing'}${cycle}`;
}
