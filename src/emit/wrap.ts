/** Longest line of emitted text. */
export const lineWidth = 100;

/** Breaks a paragraph into lines of at most `width` columns; a longer word has a line of its own. */
export function paragraph(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Breaks a paragraph into comment lines. */
export const comment = (text: string, indent = ''): string[] =>
  paragraph(text, lineWidth - indent.length - 3).map((line) => `${indent}// ${line}`);

/**
 * Breaks the lines of Verilog that are too long: code after a comma and before `&&`, `||`, `+`, `?` and `:`, as far outside of
 * brackets as it can; comments between words. What cannot be broken (a long string, a directive) stays. Only white space changes.
 */
export const wrapVerilog = (text: string): string =>
  text.length <= lineWidth
    ? text
    : text
        .split('\n')
        .flatMap((line) => (line.length <= lineWidth ? [line] : wrapLine(line)))
        .join('\n');

function wrapLine(line: string): string[] {
  const indent = /^ */.exec(line)![0];
  if (/^\s*(`|\/\*)/.test(line)) return [line];
  const full = /^ *\/\/ ?(.*)$/.exec(line);
  if (full) return /^verilator|^synthesis/.test(full[1]!) ? [line] : comment(full[1]!, indent);
  const { breaks, tail } = scan(line);
  if (tail === undefined) return breakCode(line, indent, breaks);
  // A remark behind code that leaves no room for it goes above.
  const code = line.slice(0, tail).trimEnd();
  return [...comment(line.slice(tail + 2).trim(), indent), ...breakCode(code, indent, breaks)];
}

interface Break {
  /** The line ends before this column. */
  readonly at: number;
  /** Brackets that are open here. */
  readonly depth: number;
}

/** Where a line of code may be broken, and where the comment behind it begins. */
function scan(line: string): { breaks: Break[]; tail: number | undefined } {
  const breaks: Break[] = [];
  let depth = 0;
  let skip: '"' | '*/' | undefined;
  for (let i = 0; i < line.length; i++) {
    if (skip) {
      if (skip === '"' && line[i] === '\\') i++;
      else if (line.startsWith(skip, i)) {
        i += skip.length - 1;
        skip = undefined;
      }
      continue;
    }
    if (line.startsWith('//', i)) return { breaks, tail: i };
    if (line[i] === '"') skip = '"';
    else if (line.startsWith('/*', i)) skip = '*/';
    else if ('([{'.includes(line[i]!)) depth++;
    else if (')]}'.includes(line[i]!)) depth--;
    else if (line.startsWith(', ', i)) breaks.push({ at: i + 1, depth });
    else if (/^ (&&|\|\||\+|\?|:) /.test(line.slice(i, i + 4))) breaks.push({ at: i, depth });
  }
  return { breaks, tail: undefined };
}

function breakCode(line: string, indent: string, breaks: readonly Break[]): string[] {
  const lines: string[] = [];
  let from = 0;
  let lead = '';
  while (lead.length + line.length - from > lineWidth) {
    const limit = from + lineWidth - lead.length;
    const possible = breaks.filter((b) => b.at > from + indent.length && b.at <= limit);
    // Not so early that most of the line stays empty, if there is a choice.
    const late = possible.filter((b) => b.at > from + (limit - from) / 2);
    const candidates = late.length ? late : possible;
    // Where no break comes in time, the next one has to do.
    const next = breaks.find((b) => b.at > limit);
    const depth = Math.min(...candidates.map((b) => b.depth));
    const chosen = candidates.findLast((b) => b.depth === depth) ?? next;
    if (!chosen) break;
    lines.push(lead + line.slice(from, chosen.at).trim());
    if (lines.length === 1) lines[0] = indent + lines[0]!;
    from = chosen.at + 1;
    lead = `${indent}    `;
  }
  const rest = line.slice(from).trim();
  return [...lines, (lines.length ? lead : indent) + rest];
}
