/** `prunus verify`: whole heads a second, made, run in the RTL, expected by the model and compared. */
import type { HeadTrial } from '../src/explore/verify/cases.ts';
import { headSubject, type Subject } from '../src/explore/verify/subject.ts';
import { verify as verifySubject } from '../src/explore/verify/verify.ts';
import { simTop } from '../src/sim/from-design.ts';
import { designOf, type Group } from './context.ts';
import { median, roundsNote } from './figure.ts';
import { cpuSoFar } from './processes.ts';

const tokens = 64;

export const verify: Group = async function* ({ quick }) {
  const design = designOf('sprint-s', { tokens });
  const top = simTop(design.netlist);
  const mixed = headSubject(design, 1);
  const count = quick ? 40 : 200;
  const subjects: [what: string, subject: Subject<HeadTrial>][] = [
    [`every head of ${tokens} tokens`, wholeHeads(mixed, count)],
    [`1 to ${tokens} tokens, as the command runs it`, mixed],
  ];
  for (const [what, subject] of subjects) {
    const rates: number[] = [];
    const cores: number[] = [];
    let cycles = 0;
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      const cpu = cpuSoFar();
      const report = await verifySubject(subject, top, { first: 0, last: count - 1, jobs: 1 });
      if (report.mismatches > 0) throw new Error(`verify sprint-s: ${report.mismatches} mismatches`);
      rates.push(report.cases / report.seconds);
      cores.push(report.cases / (cpuSoFar() - cpu));
      cycles = report.cycles;
    }
    const note = `${roundsNote(rates, (x) => x.toFixed(1))}; ${median(cores).toFixed(1)} a second of a core; ${count} cases, ${cycles} cycles, one job`;
    const name = `verify sprint-s, dim 64, ${what}`;
    yield { name, value: median(rates), unit: 'cases/s', target: { atLeast: 20 }, note };
  }
};

/** Only the cases that fill the design. */
function wholeHeads(subject: Subject<HeadTrial>, count: number): Subject<HeadTrial> {
  const numbers: number[] = [];
  for (let i = 0; numbers.length < count; i++) if (subject.trial(i).head.length === tokens) numbers.push(i);
  return { ...subject, trial: (index) => subject.trial(numbers[index]) };
}
