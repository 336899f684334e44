/** `prunus verify` */
import { z } from 'zod';
import { elaborate } from '../dsl/elaborate.ts';
import { headDesign } from '../explore/head-design.ts';
import { headSubject, itemSubject } from '../explore/verify/subject.ts';
import { type Failure, verify as verifySubject, type VerifyReport } from '../explore/verify/verify.ts';
import { headProgramming } from '../explore/programming.ts';
import { ProblemsError, PrunusError } from '../errors.ts';
import { simTop } from '../sim/from-design.ts';
import type { Action } from './action.ts';
import { findDesign } from './designs.ts';
import { checkOptions, common, settings, wholeNumber, word } from './options.ts';
import { progressBar, say } from './progress.ts';
import { counted } from './table.ts';

const schema = z.object({
  ...common,
  ...settings,
  cases: wholeNumber(1, 1_000_000),
  seed: wholeNumber(0, 2 ** 32 - 1),
  jobs: wholeNumber(1, 64),
  only: z
    .string()
    .regex(/^\d+(:\d+)?$/, 'a case, or the first and the last as 3:7, are needed')
    .optional(),
  engine: word(['verilator', 'icarus']),
});

type Options = z.output<typeof schema>;

export const verify: Action = async (raw, given) => {
  const options = checkOptions(schema, raw);
  const { seed, jobs, engine } = options;
  const [first, last] = casesOf(options);
  const { part, name, label, machine } = await findDesign(given, options.set);
  const heads = headDesign(part, name, machine);
  const { netlist } = heads ?? elaborate(part, name);
  if (!heads && headProgramming(netlist)) {
    const message = `${label} has cells of a device, and its items are not those of heads`;
    throw new PrunusError('PR0604', message, 'verify a whole design, or leave reram.device out.');
  }
  say(`building the simulation of ${label}`);
  const top = simTop(netlist);
  const bar = await progressBar('cases', last - first + 1);
  let report: VerifyReport;
  try {
    const onProgress = (done: number, cycles: number) => bar.at(done, `${cycles} cycles`);
    const how = { first, last, jobs, engine, onProgress };
    report = heads
      ? await verifySubject(headSubject(heads, seed), top, how)
      : await verifySubject(itemSubject(part, seed), top, how);
  } finally {
    bar.end();
  }
  const again = (from: number, to = from) => commandLine(given, options, from === to ? `${from}` : `${from}:${to}`);
  const failures = report.failures.map((f) => ({ ...f, reproduce: again(f.after ?? f.case, f.case) }));
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify(dataOf(label, options, heads ? 'heads' : 'items', { ...report, failures }))}\n`,
    );
  } else process.stdout.write(textOf(label, options, { ...report, failures }));
  return report.failedCases + report.modelFailures.length === 0 ? 0 : 1;
};

function casesOf({ only, cases }: Options): [first: number, last: number] {
  if (only === undefined) return [0, cases - 1];
  const [first = 0, last = first] = only.split(':').map(Number);
  if (last >= first) return [first, last];
  throw new ProblemsError([
    { code: 'PR0706', path: '--only', message: `'${only}': the last case is before the first.` },
  ]);
}

function commandLine(given: string, { set, seed, engine }: Options, only: string): string {
  const quoted = (text: string) => (/^[\w./:=,@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const sets = set.flatMap((s) => ['--set', quoted(s)]);
  const simulator = engine === 'verilator' ? [] : ['--engine', engine];
  return ['prunus', 'verify', quoted(given), ...sets, '--seed', `${seed}`, '--only', only, ...simulator].join(' ');
}

type Report = Omit<VerifyReport, 'failures'> & { readonly failures: readonly (Failure & { reproduce: string })[] };

function dataOf(design: string, { seed, jobs, engine }: Options, kind: string, r: Report) {
  return {
    design,
    kind,
    engine,
    seed,
    jobs,
    cases: r.cases,
    cycles: r.cycles,
    words: r.words,
    mismatches: r.mismatches,
    failed_cases: r.failedCases,
    model_checks: r.modelChecks,
    model_failures: r.modelFailures,
    failures: r.failures,
    build_seconds: r.build.seconds,
    build_cached: r.build.cached,
    seconds: r.seconds,
    cases_per_second: r.cases / r.seconds,
  };
}

function textOf(design: string, { seed }: Options, r: Report): string {
  const ok = r.failedCases === 0;
  const rate = `${r.seconds.toFixed(1)} s, ${(r.cases / r.seconds).toFixed(1)} cases/s`;
  const lines = [
    `${design}: ${counted(r.cases, 'case')}, ${counted(r.cycles, 'cycle')}, ${counted(r.words, 'word')} compared, seed ${seed} (${rate})`,
    ok ? '0 mismatches' : `${counted(r.mismatches, 'mismatch')} in ${counted(r.failedCases, 'case')}`,
    ...(r.modelChecks > 0
      ? [
          `functional model and process network: ${counted(r.modelChecks, 'head')} compared, ${r.modelFailures.length} differ`,
        ]
      : []),
    ...r.modelFailures.slice(0, 5).map((line) => `  ${line}`),
  ];
  for (const f of r.failures) {
    lines.push(`case ${f.case}: ${f.what}${f.after === undefined ? '' : `; fails only after case ${f.after}`}`);
    lines.push(...f.lines.slice(0, 3).map((line) => `  ${line}`));
    if (f.shrunk)
      lines.push(`  shrunk to: ${f.shrunk.what}`, ...f.shrunk.lines.slice(0, 3).map((line) => `    ${line}`));
    lines.push(`  again:  ${f.reproduce}`);
    if (f.replay) lines.push(`  replay: make -C ${f.replay} replay`);
  }
  return `${lines.join('\n')}\n`;
}
