/** What goes wrong, on its way to the user: one line a problem, never a stack trace, and an exit code. */
import { type Problem, ProblemsError, PrunusError } from '../errors.ts';

/** A check found a difference. Whoever throws it has said on stderr or stdout what; 1 becomes the exit code. */
export const checkFailed = 1;
const badInput = 2;
const bug = 70;
const interrupted = 130;

/** Codes of external programs that failed, took too long, or were stopped by the design: not the command line's fault. */
const notInput = new Set(['PR0503', 'PR0504', 'PR0509', 'PR0511', 'PR0512', 'PR0514', 'PR0541', 'PR0542', 'PR0544']);

function problemsOf(error: PrunusError): readonly Problem[] {
  if (error instanceof ProblemsError) return error.problems;
  return [{ code: error.code, path: '', message: error.message, fix: error.fix }];
}

function print({ code, path, message, fix, at }: Problem): string {
  const sentence = fix && !/[.!?]$/.test(message.trimEnd()) ? `${message}.` : message;
  return `${code} ${path ? `${path}: ` : ''}${sentence}${fix ? ` Fix: ${fix}` : ''}${at ? ` (${at})` : ''}`;
}

/** Prints an error and returns the exit code. With `json`, the problems also go to stdout as data. */
export function fail(error: unknown, json: boolean): number {
  if (error instanceof PrunusError) {
    const problems = problemsOf(error);
    if (json) process.stdout.write(`${JSON.stringify({ problems })}\n`);
    for (const problem of problems) process.stderr.write(`${print(problem)}\n`);
    if (error.code === 'PR0513') return interrupted;
    return notInput.has(error.code) ? checkFailed : badInput;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`prunus: ${message}\nThis is a bug in Prunus; PRUNUS_DEBUG=1 shows where.\n`);
  if (process.env['PRUNUS_DEBUG'] === '1' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return bug;
}
