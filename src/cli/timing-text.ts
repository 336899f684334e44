/** Timing of a mapped design, as text. */
import type { TimingReport } from '../synth/asic/timing.ts';
import { table } from './table.ts';

export const shortName = (module: string, top: string): string =>
  module.startsWith(`${top}_`) ? module.slice(top.length + 1) : module;

const ns = (x: number): string => x.toFixed(2);

export function timingText(timing: TimingReport, top: string): string {
  const { longest, leaves, macros, registers } = timing;
  const head = ['longest path that ends in', 'registers', 'ns', 'slack', 'from', 'to'];
  const written = (module: string) => timing.stages.filter((s) => s.module === module).length;
  const rows = leaves.map((l) => [
    shortName(l.module, top),
    l.macro ? 'macro' : `${written(l.module)}`,
    ns(l.needs),
    ns(l.slack),
    l.from,
    l.to,
  ]);
  const through = longest.through.map((t) => `${t.instance || 'ports'} ${ns(t.ns)}`).join(', ');
  const skeletons =
    macros.length === 0
      ? ''
      : `times of macros are budgets, not measured: outputs after 0.4 of ${ns(timing.period)} ns, inputs 0.1 of it early\n`;
  return [
    `timing at ${timing.clock.toFixed(1)} MHz (${timing.tool}), before layout: slack ${ns(timing.slack)} ns, the longest path allows ${timing.achieved.toFixed(1)} MHz\n`,
    `  ${ns(longest.needs)} ns, ${longest.cells} cells, from ${longest.from} to ${longest.to}\n`,
    `  through ${through}\n`,
    table([head, ...rows], '  '),
    `median of the modules ${ns(timing.median)} ns, the longest ${timing.ratio.toFixed(2)} times that;`,
    ` of ${registers.count} registers ${ns(registers.median)} ns, ${registers.ratio.toFixed(2)} times\n`,
    skeletons,
  ].join('');
}
