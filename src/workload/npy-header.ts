/**
 * The header of a `.npy` file: one Python dict literal with the keys `descr`, `fortran_order` and
 * `shape`. Parsed by a small recursive-descent reader of literals, so that nothing in a file is ever
 * evaluated. Format: NumPy's `numpy/lib/format.py`, "Format Version 1.0".
 */

/** What a header may hold: strings, numbers, booleans, None, tuples and lists of them, dicts. */
export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>;

export interface NpyHeader {
  /** The dtype as written, such as `<f4`; a list for structured dtypes. */
  readonly descr: Literal;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** Thrown by the parser; the file reader turns it into a PrunusError with the path. */
export class HeaderSyntaxError extends Error {}

const maxDepth = 8;

/** Parses the header text; throws HeaderSyntaxError, saying what was expected and at which character. */
export function parseNpyHeader(text: string): NpyHeader {
  const reader = new LiteralReader(text);
  const dict = reader.value(0);
  reader.end();
  if (!(dict instanceof Map)) throw new HeaderSyntaxError('the header is not a dict');
  for (const key of dict.keys()) {
    if (key !== 'descr' && key !== 'fortran_order' && key !== 'shape') {
      throw new HeaderSyntaxError(`unknown key '${key.slice(0, 40)}'`);
    }
  }
  const descr = dict.get('descr');
  const fortranOrder = dict.get('fortran_order');
  const shape = dict.get('shape');
  if (descr === undefined) throw new HeaderSyntaxError("key 'descr' is missing");
  if (typeof fortranOrder !== 'boolean') {
    throw new HeaderSyntaxError("key 'fortran_order' is missing or not True or False");
  }
  if (!Array.isArray(shape) || !shape.every((n) => typeof n === 'number')) {
    throw new HeaderSyntaxError("key 'shape' is missing or not a tuple of whole numbers");
  }
  return { descr, fortranOrder, shape: shape as number[] };
}

/** Reads one Python literal from a string; positions in messages count from 0. */
class LiteralReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): Literal {
    if (depth > maxDepth) this.fail('less nesting');
    this.space();
    const c = this.text[this.at];
    if (c === '{') return this.dict(depth);
    if (c === '(') return this.sequence(')', depth);
    if (c === '[') return this.sequence(']', depth);
    if (c === "'" || c === '"') return this.string(c);
    const word = /^(True|False|None|-?\d+L?)(?![\w.])/.exec(this.text.slice(this.at, this.at + 64));
    if (word === null) return this.fail('a string, a whole number, True, False, a tuple or a dict');
    this.at += word[0].length;
    if (word[0] === 'True') return true;
    if (word[0] === 'False') return false;
    if (word[0] === 'None') return null;
    return Number(word[0].replace('L', ''));
  }

  end(): void {
    this.space();
    if (this.at < this.text.length) this.fail('nothing after the dict');
  }

  private dict(depth: number): Map<string, Literal> {
    const entries = new Map<string, Literal>();
    this.at++;
    for (;;) {
      this.space();
      if (this.take('}')) return entries;
      const quote = this.text[this.at];
      if (quote !== "'" && quote !== '"') this.fail('a quoted key');
      const key = this.string(quote);
      if (entries.has(key)) throw new HeaderSyntaxError(`key '${key.slice(0, 40)}' twice`);
      this.space();
      if (!this.take(':')) this.fail("':'");
      entries.set(key, this.value(depth + 1));
      this.space();
      if (this.take('}')) return entries;
      if (!this.take(',')) this.fail("',' or '}'");
    }
  }

  private sequence(close: string, depth: number): Literal[] {
    const items: Literal[] = [];
    this.at++;
    for (;;) {
      this.space();
      if (this.take(close)) return items;
      items.push(this.value(depth + 1));
      this.space();
      if (this.take(close)) return items;
      if (!this.take(',')) this.fail(`',' or '${close}'`);
    }
  }

  /** A quoted string without escapes: NumPy writes none for the dtypes that can be read here. */
  private string(quote: string): string {
    const from = this.at + 1;
    const to = this.text.indexOf(quote, from);
    if (to < 0) this.fail('a closing quote');
    const body = this.text.slice(from, to);
    if (body.includes('\\')) this.fail('a string without escapes');
    this.at = to + 1;
    return body;
  }

  private space(): void {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text[this.at])) this.at++;
  }

  private take(c: string): boolean {
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }

  private fail(expected: string): never {
    throw new HeaderSyntaxError(`expected ${expected} at character ${this.at}`);
  }
}
