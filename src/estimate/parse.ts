/** Verilog text to a tree: the subset that templates use, which is Verilog-2005 without generate, tasks and hierarchy. */
import { PrunusError } from '../errors.ts';
import type { Declaration, Expression, Item, Statement } from './syntax.ts';

const tokenPattern =
  /\s+|\/\/.*|\/\*[\s\S]*?\*\/|\(\*[\s\S]*?\*\)|`\w+.*|(\d*\s*'s?[bdhoBDHO][0-9a-fA-FxzXZ_?]+|\d[\d_]*|[A-Za-z_$][\w$]*|<<<|>>>|<<|>>|<=|>=|==|!=|&&|\|\||\+:|[-+*/%&|^~!<>=?:;,.()[\]{}@#])/gy;

const bases: Readonly<Record<string, string>> = { b: '0b', o: '0o', d: '', h: '0x' };

const precedence: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>', '<<<', '>>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The items of the one module of a text. Throws PR0550 for what it does not know. */
export const parseModule = (text: string): Item[] => new Parser(text).module();

class Parser {
  readonly #tokens: readonly string[];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    const found: string[] = [];
    tokenPattern.lastIndex = 0;
    for (let end = 0; end < text.length; end = tokenPattern.lastIndex) {
      const match = tokenPattern.exec(text);
      if (!match) throw this.#unknown(text.slice(end, end + 20));
      if (match[1] !== undefined) found.push(match[1]);
    }
    this.#tokens = found;
  }

  #unknown(token: string): PrunusError {
    const name = /\bmodule\s+(\w+)/.exec(this.#text)?.[1] ?? 'a module';
    return new PrunusError(
      'PR0550',
      `${name} cannot be estimated: '${token}' is not of the Verilog that templates are read in.`,
      'use prunus synth --target generic.',
    );
  }

  get #next(): string {
    return this.#tokens[this.#at] ?? 'end of file';
  }

  #take(wanted?: string): string {
    const token = this.#next;
    if (wanted !== undefined && token !== wanted) throw this.#unknown(token);
    this.#at++;
    return token;
  }

  #skip(token: string): boolean {
    if (this.#next !== token) return false;
    this.#at++;
    return true;
  }

  #list<T>(read: () => T): T[] {
    const all = [read()];
    while (this.#skip(',')) all.push(read());
    return all;
  }

  module(): Item[] {
    while (this.#next !== 'module') this.#take();
    this.#take();
    this.#take();
    this.#take('(');
    const items: Item[] = this.#list(() => {
      const isInput = this.#take() === 'input';
      this.#skip('wire');
      this.#skip('reg');
      return { kind: 'declare', declaration: this.#declaration(this.#range(), isInput) };
    });
    this.#take(')');
    this.#take(';');
    while (!this.#skip('endmodule')) items.push(...this.#item());
    return items;
  }

  #range(): Pick<Declaration, 'high' | 'low'> {
    this.#skip('signed');
    if (!this.#skip('[')) return { high: undefined, low: undefined };
    const high = this.#expression();
    this.#take(':');
    const low = this.#expression();
    this.#take(']');
    return { high, low };
  }

  #declaration(range: Pick<Declaration, 'high' | 'low'>, isInput = false): Declaration {
    const name = this.#take();
    let last: Expression | undefined;
    if (this.#skip('[')) {
      this.#expression();
      this.#take(':');
      last = this.#expression();
      this.#take(']');
    }
    return { name, ...range, last, isInput };
  }

  #item(): Item[] {
    const word = this.#take();
    switch (word) {
      case 'localparam': {
        this.#range();
        return this.#ended(this.#list(() => this.#constant()));
      }
      case 'wire':
      case 'reg': {
        const range = this.#range();
        const declared = this.#list((): Item[] => {
          const declaration = this.#declaration(range);
          const own: Item = { kind: 'declare', declaration };
          const to: Expression = { kind: 'name', name: declaration.name };
          return this.#skip('=') ? [own, { kind: 'assign', to, from: this.#expression() }] : [own];
        });
        return this.#ended(declared.flat());
      }
      case 'assign': {
        const to = this.#primary();
        this.#take('=');
        return this.#ended([{ kind: 'assign', to, from: this.#expression() }]);
      }
      case 'always': {
        this.#take('@');
        let clocked = false;
        if (!this.#skip('*')) {
          for (this.#take('('); !this.#skip(')'); ) clocked = this.#take() === 'posedge' || clocked;
        }
        return [{ kind: 'always', clocked, body: this.#statement() }];
      }
      case 'function':
        return [this.#function()];
      default:
        throw this.#unknown(word);
    }
  }

  #ended<T>(items: T): T {
    this.#take(';');
    return items;
  }

  #constant(): Item {
    const name = this.#take();
    this.#take('=');
    return { kind: 'constant', name, value: this.#expression() };
  }

  #function(): Item {
    const declaration = this.#ended(this.#declaration(this.#range()));
    const locals: Declaration[] = [];
    for (;;) {
      const isInput = this.#next === 'input';
      if (!isInput && this.#next !== 'reg' && this.#next !== 'integer') break;
      this.#take();
      const range = this.#range();
      locals.push(...this.#ended(this.#list(() => this.#declaration(range, isInput))));
    }
    const body = this.#statement();
    this.#take('endfunction');
    return { kind: 'function', declaration, locals, body };
  }

  #statement(): Statement {
    if (this.#skip(';')) return { kind: 'block', body: [] };
    if (this.#skip('begin')) {
      const body: Statement[] = [];
      while (!this.#skip('end')) body.push(this.#statement());
      return { kind: 'block', body };
    }
    if (this.#skip('if')) {
      const test = this.#bracketed();
      const yes = this.#statement();
      return { kind: 'if', test, yes, no: this.#skip('else') ? this.#statement() : undefined };
    }
    if (this.#skip('case')) {
      const of = this.#bracketed();
      const arms: { labels: Expression[]; body: Statement }[] = [];
      while (!this.#skip('endcase')) {
        const labels = this.#skip('default') ? [] : this.#list(() => this.#expression());
        this.#skip(':');
        arms.push({ labels, body: this.#statement() });
      }
      return { kind: 'case', of, arms };
    }
    if (this.#skip('for')) {
      this.#take('(');
      const name = this.#take();
      this.#take('=');
      const from = this.#ended(this.#expression());
      const test = this.#ended(this.#expression());
      this.#take(name);
      this.#take('=');
      const next = this.#expression();
      this.#take(')');
      return { kind: 'for', name, from, test, next, body: this.#statement() };
    }
    const to = this.#primary();
    if (!this.#skip('<=')) this.#take('=');
    return this.#ended({ kind: 'assign', to, from: this.#expression() });
  }

  #bracketed(): Expression {
    this.#take('(');
    const inner = this.#expression();
    this.#take(')');
    return inner;
  }

  #expression(): Expression {
    const test = this.#binary(0);
    if (!this.#skip('?')) return test;
    const yes = this.#expression();
    this.#take(':');
    return { kind: 'choice', test, yes, no: this.#expression() };
  }

  #binary(level: number): Expression {
    const operators = precedence[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    while (operators.includes(this.#next)) {
      const operator = this.#take();
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
    return left;
  }

  #unary(): Expression {
    if (!['-', '+', '!', '~', '&', '|', '^'].includes(this.#next)) return this.#primary();
    const operator = this.#take();
    return { kind: 'unary', operator, of: this.#unary() };
  }

  #primary(): Expression {
    const token = this.#take();
    if (token === '(') {
      const inner = this.#expression();
      this.#take(')');
      return inner;
    }
    if (token === '{') return this.#concat();
    if (/^[\d']/.test(token)) return number(token);
    if (!/^[A-Za-z_$]/.test(token)) throw this.#unknown(token);
    if (this.#skip('(')) {
      const given = this.#list(() => this.#expression());
      this.#take(')');
      return { kind: 'call', name: token, given };
    }
    let of: Expression = { kind: 'name', name: token };
    while (this.#skip('[')) {
      const at = this.#expression();
      if (this.#skip(':')) of = { kind: 'slice', of, high: at, low: this.#expression() };
      else if (this.#skip('+:')) of = { kind: 'part', of, at, width: this.#expression() };
      else of = { kind: 'index', of, at };
      this.#take(']');
    }
    return of;
  }

  #concat(): Expression {
    const first = this.#expression();
    if (this.#next === '{') {
      this.#take();
      const of = this.#concat();
      this.#take('}');
      return { kind: 'repeat', times: first, of };
    }
    const parts = [first];
    while (this.#skip(',')) parts.push(this.#expression());
    this.#take('}');
    return parts.length === 1 ? first : { kind: 'concat', parts };
  }
}

function number(token: string): Expression {
  const [, width, base, digits] = /^(\d*)\s*'s?([bdho])([\da-f_]+)$/.exec(token.toLowerCase()) ?? [];
  if (base === undefined) return { kind: 'number', value: BigInt(token.replaceAll('_', '')), width: undefined };
  const value = BigInt(bases[base]! + digits!.replaceAll('_', ''));
  return { kind: 'number', value, width: width === '' ? undefined : Number(width) };
}
