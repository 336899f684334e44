/** Small faults in the Verilog of a template: one operator, constant or statement changed. */

export interface Mutant {
  /** Relative to `templates/`. */
  readonly template: string;
  /** Counted from 1. */
  readonly line: number;
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** The whole template with the fault in it. */
  readonly text: string;
}

interface Fault {
  readonly what: string;
  readonly pattern: RegExp;
  readonly replace: string | ((match: RegExpExecArray) => string | undefined);
}

/** Brackets in pairs, and no tag that opens or closes a block. */
const isWhole = (part: string): boolean =>
  !/\{\{[#/~]/.test(part) &&
  ['()', '{}', '[]'].every(([open, close]) => part.split(open!).length === part.split(close!).length);

const swap = (a: string, b: string): Fault[] => {
  const escaped = (s: string) => s.replaceAll(/[|&+*?()[\]{}^$\\]/g, String.raw`\$&`);
  const one = (from: string, to: string): Fault => ({
    what: `${from.trim()} to ${to.trim()}`,
    pattern: new RegExp(escaped(from), 'g'),
    replace: to,
  });
  return [one(a, b), one(b, a)];
};

/** What is tried at each place of a line. */
const faults: readonly Fault[] = [
  ...swap(' && ', ' || '),
  ...swap(' == ', ' != '),
  ...swap(' + ', ' - '),
  ...swap(' & ', ' | '),
  ...swap("1'b0", "1'b1"),
  ...swap(' << ', ' >> '),
  { what: '>>> to <<', pattern: / >>> /g, replace: ' << ' },
  { what: '< to <=', pattern: / < /g, replace: ' <= ' },
  { what: '> to >=', pattern: / > /g, replace: ' >= ' },
  { what: '>= to >', pattern: / >= /g, replace: ' > ' },
  { what: '! dropped', pattern: /!(?=[a-z(])/g, replace: '' },
  { what: '~ dropped', pattern: /~(?=[a-z({])/g, replace: '' },
  { what: '$signed dropped', pattern: /\$signed(?=\()/g, replace: '' },
  { what: 'else dropped', pattern: /\belse if \(/g, replace: 'if (' },
  { what: '& reduction to |', pattern: /= &(?=[a-z])/g, replace: '= |' },
  {
    what: 'arms of ?: swapped',
    pattern: /((?:=|<=) )([^?=;]*) \? ([^?:;]+) : ([^?:;]+);/g,
    replace: ([, head, condition, yes, no]) =>
      [condition!, yes!, no!].every(isWhole) ? `${head}${condition} ? ${no} : ${yes};` : undefined,
  },
  {
    what: 'arms of ?: swapped',
    pattern: /\(([^()?:]+) \? ([^()?:]+) : ([^()?:]+)\)/g,
    replace: ([, condition, yes, no]) =>
      [condition!, yes!, no!].every(isWhole) ? `(${condition} ? ${no} : ${yes})` : undefined,
  },
  {
    what: 'condition always true',
    pattern: /\bif \((?!!rst_n)([^()]|\([^()]*\))*\)(?= |$)/g,
    replace: "if (1'b1)",
  },
  {
    what: 'assignment lost',
    pattern:
      /^(\s*(?:if \((?:[^()]|\([^()]*\))*\) |else (?:if \((?:[^()]|\([^()]*\))*\) )?)?)([a-z][\w{}./]*)( <= )[^;]*;/g,
    replace: ([, lead, target, arrow]) => `${lead}${target}${arrow}${target};`,
  },
];

/** Parts of a line that are not Verilog, or say nothing: template tags, comments, `unused` wires, declarations of guards. */
const isSkipped = (line: string): boolean =>
  /^\s*(\/\/|\{\{[#/~]|for \()/.test(line) || /\bunused\b/.test(line) || line.trim() === '';

/** Template tags and trailing comments, blanked so that no fault is put there. */
const blank = (line: string): string =>
  line
    .replaceAll(/\{\{\{?.*?\}?\}\}/g, (tag) => '\0'.repeat(tag.length))
    .replace(/\/\/.*$/, (c) => '\0'.repeat(c.length));

/** Every fault of a template. */
export function mutantsOf(template: string, text: string): Mutant[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    if (isSkipped(line)) return [];
    const visible = blank(line);
    return faults.flatMap(({ what, pattern, replace }): Mutant[] =>
      [...visible.matchAll(pattern)].flatMap((match): Mutant[] => {
        const original = line.slice(match.index, match.index + match[0].length);
        // Where a tag is within the match, patterns with groups read it as text of the line.
        const again = new RegExp(pattern.source).exec(original) as RegExpExecArray | null;
        const put = typeof replace === 'string' ? replace : again && replace(again);
        if (put === undefined || put === null || put === original) return [];
        const after = line.slice(0, match.index) + put + line.slice(match.index + match[0].length);
        const changed = lines.with(at, after).join('\n');
        return [{ template, line: at + 1, what, before: line.trim(), after: after.trim(), text: changed }];
      }),
    );
  });
}
