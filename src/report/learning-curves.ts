/** The curves of a run of learning, as plots: the loss by step, the thresholds and the pruned fraction by epoch. */
import type { Curves, Epoch } from '../learn/curves.ts';
import { type Line, linePlot, type Reference } from './plot.ts';

/** SVG text by file name. `heads`: names, layer by layer, as thresholds are listed. Nothing for a run without steps. */
export async function learningCurves(
  { steps, epochs }: Curves,
  heads: readonly string[],
): Promise<Map<string, string>> {
  const plots = new Map<string, string>();
  if (steps.length === 0) return plots;
  const loss: Line[] = [{ name: 'loss', points: steps.map((s) => ({ x: s.step + 1, y: s.loss })) }];
  const step = { title: 'step' };
  const references = phaseStarts(steps.map((s) => ({ phase: s.phase, at: s.step + 1 })));
  plots.set('loss.svg', await linePlot({ x: step, y: { title: 'loss' }, lines: loss, dots: false, references }));
  const epoch = { title: 'epochs', ticks: epochs.map((_, n) => n + 1) };
  const over = (name: string, of: (e: Epoch) => number): Line => ({
    name,
    points: epochs.map((e, n) => ({ x: n + 1, y: of(e) })),
  });
  const own = phaseStarts(epochs.map((e, n) => ({ phase: e.phase, at: n + 1 })));
  const thresholds = heads.map((name, n) => over(name, (e) => e.thresholds.flat()[n]!));
  plots.set(
    'thresholds.svg',
    await linePlot({ x: epoch, y: { title: 'threshold (q·k/√dim)' }, lines: thresholds, references: own }),
  );
  const validation = [
    over('accuracy', (e) => 100 * e.validationAccuracy),
    over('pruned pairs', (e) => 100 * e.validationPruning),
  ];
  const y = { title: 'of the validation part (%)', domain: [0, 100] } as const;
  plots.set('validation.svg', await linePlot({ x: epoch, y, lines: validation, references: own }));
  return plots;
}

/** A line at the first step or epoch of each phase. */
function phaseStarts(points: readonly { readonly phase: string; readonly at: number }[]): Reference[] {
  return points
    .filter(({ phase }, n) => n === 0 || points[n - 1]!.phase !== phase)
    .map(({ phase, at }) => ({ axis: 'x', at, label: phase }));
}
