/** One thing that is wrong with what the user gave, with a stable code that documentation and tests refer to. */
export interface Problem {
  /** Stable code, `PR` and four digits. */
  readonly code: string;
  /** Which parameter, port, file or option, e.g. `memory.channels` or `clamp.limit`. */
  readonly path: string;
  /** What was given, what is allowed and why. */
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
  /** The user's `file:line` where it was written, when known. */
  readonly at?: string | undefined;
}

/** An error that is the input's fault: printed without a stack trace, exit code 2. */
export class PrunusError extends Error {
  readonly code: string;
  readonly fix: string | undefined;

  constructor(code: string, message: string, fix?: string) {
    super(message);
    this.name = 'PrunusError';
    this.code = code;
    this.fix = fix;
  }
}

/** Several problems, reported together. */
export class ProblemsError extends PrunusError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems[0]?.code ?? 'PR0000', problems.map(printProblem).join('\n'));
    this.name = 'ProblemsError';
    this.problems = problems;
  }
}

/** `PR0203 clamp.limit: ... Fix: ... (my-design.ts:12)` */
export function printProblem(p: Problem): string {
  const fix = p.fix ? ` Fix: ${p.fix}` : '';
  const at = p.at ? ` (${p.at})` : '';
  return `${p.code} ${p.path}: ${p.message}${fix}${at}`;
}
