/** `prunus device yield` */
import { z } from 'zod';
import { chipHeads, type ChipTask, ChipTrial } from '../../explore/device/chip.ts';
import { sampleChips, type Summary, yieldReport, type YieldReport } from '../../explore/device/yield.ts';
import type { Interval } from '../../numerics/statistics.ts';
import type { Action } from '../action.ts';
import { checkOptions, realNumber, wholeNumber, word } from '../options.ts';
import { progressBar } from '../progress.ts';
import { counted, table } from '../table.ts';
import { aboutHeads, deviceHeads, headOptions, headsText, percent } from './heads.ts';
import { jsonText, writeReport } from './output.ts';

const schema = z.object({
  ...headOptions,
  topK: wholeNumber(1, 4096).optional(),
  select: word(['rank', 'threshold']).optional(),
  chips: wholeNumber(2, 1_000_000),
  within: realNumber(0, 1000),
  jobs: wholeNumber(1, 256),
});

export const deviceYield: Action = async (raw, given) => {
  const options = checkOptions(schema, raw);
  const { chips, jobs, seed, within, out, json } = options;
  const examined = await deviceHeads(given, options);
  const { sized, design, devices, tensors, heads } = examined;
  const task: ChipTask = {
    architecture: sized.architecture!,
    parameters: sized.part.parameters,
    dim: tensors.dim,
    heads: chipHeads(design, heads),
    seed,
  };
  const { idealKept, pruningError } = new ChipTrial(task, devices);
  const bar = await progressBar('chips', chips);
  const stop = new AbortController();
  const interrupted = () => stop.abort();
  process.once('SIGINT', interrupted);
  let report: YieldReport;
  const start = performance.now();
  try {
    const about = { design: sized.label, settings: options.set, seed };
    const onProgress = (done: number) => bar.at(done);
    const request = { task, devices, chips, jobs, folder: out, about, signal: stop.signal, onProgress };
    report = yieldReport(await sampleChips(request), within);
  } finally {
    process.off('SIGINT', interrupted);
    bar.end();
  }
  const data = {
    ...aboutHeads(examined, options.set, seed),
    ideal_kept_fraction: idealKept,
    pruning_error: pruningError,
    ...report,
  };
  if (out !== undefined) {
    const { flipPlot, yieldPlot } = await import('../../report/device-plots.ts');
    writeReport(out, {
      'report.json': jsonText(data),
      'yield.svg': await yieldPlot(sized.label, report),
      'flips.svg': await flipPlot(sized.label, report),
    });
  }
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...data, jobs, seconds })}\n`
      : `${sized.label}: ${headsText(tensors, idealKept)}; ${counted(chips, 'chip')}, seed ${seed} (${seconds.toFixed(1)} s)\n${text(report, pruningError)}${out ? `${out}: report.json, yield.svg, flips.svg, chips\n` : ''}`,
  );
  return 0;
};

function text({ measures: m, keptOfFlips, within, yield: share, worst }: YieldReport, pruningError: number): string {
  const number = (x: number) => x.toPrecision(3);
  const [first] = worst;
  const shares = (name: string, s: Summary) => [
    name,
    mean(s.mean, (x) => percent(x, 2)),
    percent(s.least, 2),
    percent(s.median, 2),
    percent(s.most, 2),
  ];
  const rows = [
    ['', 'mean over chips, 95 % interval', 'least', 'median', 'most'],
    shares('decisions that flip', m.flipRate),
    shares('recall of kept keys', m.recall),
    shares('kept', m.keptFraction),
    [
      'cosine',
      mean(m.cosine.mean, (x) => x.toFixed(5)),
      ...[m.cosine.least, m.cosine.median, m.cosine.most].map((x) => x.toFixed(5)),
    ],
    [
      'largest difference',
      mean(m.maxAbsolute.mean, number),
      ...[m.maxAbsolute.least, m.maxAbsolute.median, m.maxAbsolute.most].map(number),
    ],
    shares('relative error', m.relativeError),
  ];
  return (
    table(rows, '  ') +
    `  ${percent(keptOfFlips)} of the flips keep a key that the ideal design drops\n` +
    `  ${percent(share.value)} of the chips are within a relative error of ${within} (${percent(share.low)} to ${percent(share.high)})\n` +
    `  pruning itself: relative error ${percent(pruningError)} against the same with nothing pruned\n` +
    `  worst: chip ${first!.chip}, --seed ${first!.seed}, relative error ${percent(first!.relativeError, 2)}\n`
  );
}

const mean = ({ value, low, high }: Interval, show: (x: number) => string): string =>
  `${show(value)} (${show(low)} to ${show(high)})`;
