/**
 * What an expression asks for, and what is known of its value. Widths are those that carry information: a sign that is repeated and zeros
 * in front cost nothing. Nothing is simplified across expressions.
 */
import { addTo, type Counted, nothing } from './amounts.ts';
import { bitLength, folded } from './fold.ts';
import type { Scope } from './scope.ts';
import type { Expression } from './syntax.ts';

/** Of an expression: its bits, how many of them say something, and its value if that is known. */
export interface Value {
  readonly width: number;
  readonly bits: number;
  readonly constant?: bigint | undefined;
}

export const known = (value: Value): value is Value & { constant: bigint } => value.constant !== undefined;

export class Expressions {
  counted: Counted = nothing();
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** The value of one that is constant, at no cost. */
  constant(e: Expression): bigint {
    const before = this.counted;
    this.counted = nothing();
    const { constant } = this.value(e);
    this.counted = before;
    return constant ?? 0n;
  }

  value(e: Expression): Value {
    switch (e.kind) {
      case 'number': {
        const width = e.width ?? 32;
        return { width, bits: bitLength(e.value), constant: e.value };
      }
      case 'name': {
        const constant = this.#scope.constants.get(e.name);
        if (constant !== undefined) return { width: 32, bits: bitLength(constant), constant };
        const width = this.#scope.signals.get(e.name)?.width ?? 1;
        return { width, bits: width };
      }
      case 'index':
        return this.#index(e);
      case 'slice': {
        this.value(e.of);
        const width = Number(this.constant(e.high) - this.constant(e.low)) + 1;
        return { width, bits: width };
      }
      case 'part': {
        const of = this.value(e.of);
        const width = Number(this.constant(e.width));
        if (!known(this.value(e.at))) this.counted.select += Math.max(0, of.width - width);
        return { width, bits: width };
      }
      case 'unary':
        return this.#unary(e);
      case 'binary':
        return this.#binary(e);
      case 'choice':
        return this.#choice(e);
      case 'concat':
        return this.#concat(e);
      case 'repeat': {
        const times = Number(this.constant(e.times));
        const of = this.value(e.of);
        if (known(of) && of.constant === 0n) return { width: times * of.width, bits: 0, constant: 0n };
        return { width: times * of.width, bits: times * of.width, ...(known(of) ? { constant: 1n } : {}) };
      }
      case 'call':
        return this.#call(e);
    }
  }

  #index(e: Expression & { readonly kind: 'index' }): Value {
    const at = this.value(e.at);
    const signal = e.of.kind === 'name' ? this.#scope.signals.get(e.of.name) : undefined;
    if (signal?.depth !== undefined) {
      if (!known(at)) this.counted.select += signal.width * (signal.depth - 1);
      return { width: signal.width, bits: signal.width };
    }
    const of = this.value(e.of);
    if (!known(at)) this.counted.select += of.width - 1;
    return { width: 1, bits: 1 };
  }

  #unary({ operator, of }: Expression & { readonly kind: 'unary' }): Value {
    const value = this.value(of);
    const { width, bits } = value;
    if (operator === '-') {
      this.counted.increment += known(value) ? 0 : bits;
      return { width, bits, ...(known(value) ? { constant: -value.constant } : {}) };
    }
    if (operator === '+') return value;
    if (operator === '~') return known(value) ? { width, bits: width, constant: 1n } : { width, bits };
    if (known(value)) return { width: 1, bits: 1, constant: (value.constant === 0n) === (operator === '!') ? 1n : 0n };
    this.counted[operator === '^' ? 'xor' : 'gate'] += Math.max(0, bits - 1);
    return { width: 1, bits: 1 };
  }

  #binary({ operator, left, right }: Expression & { readonly kind: 'binary' }): Value {
    const [a, b] = [this.value(left), this.value(right)];
    const width = Math.max(a.width, b.width);
    const constant = known(a) && known(b) ? folded(operator, a.constant, b.constant) : undefined;
    const logical = ['==', '!=', '<', '<=', '>', '>=', '&&', '||'].includes(operator);
    if (constant !== undefined) return { width: logical ? 1 : width, bits: bitLength(constant), constant };
    const fixed = known(a) || known(b);
    const [least, most] = [Math.min(a.bits, b.bits), Math.max(a.bits, b.bits)];
    const free = known(a) ? b.bits : known(b) ? a.bits : most;
    switch (operator) {
      case '+':
      case '-':
        if (fixed) this.counted.increment += free;
        else {
          this.counted.adder += least;
          this.counted.increment += most - least;
        }
        return { width, bits: Math.min(most + 1, Math.max(width, most)) };
      case '*':
        if (fixed) this.counted.adder += free * Math.max(0, least - 1);
        else {
          this.counted.product += a.bits * b.bits;
          this.counted.productEdge += a.bits + b.bits;
        }
        return { width: Math.max(width, a.bits + b.bits), bits: a.bits + b.bits };
      case '==':
      case '!=':
        if (fixed) this.counted.gate += Math.max(0, free - 1);
        else this.counted.equal += most;
        return { width: 1, bits: 1 };
      case '<':
      case '<=':
      case '>':
      case '>=':
        if (fixed) this.counted.gate += free;
        else this.counted.adder += most;
        return { width: 1, bits: 1 };
      case '&&':
      case '||':
        this.counted.gate += 1 + Math.max(0, a.bits - 1) + Math.max(0, b.bits - 1);
        return { width: 1, bits: 1 };
      case '<<':
      case '>>':
      case '<<<':
      case '>>>':
        return this.#shift(a, b);
      default:
        // With a constant mask a wire is there or not.
        if (!fixed) this.counted[operator === '^' ? 'xor' : 'gate'] += operator === '&' ? least : most;
        return { width, bits: operator === '&' && !fixed ? least : free };
    }
  }

  #shift(a: Value, b: Value): Value {
    if (known(b)) return { width: a.width, bits: a.bits };
    if (known(a)) this.counted.gate += a.width + 2 ** Math.min(b.bits, Math.log2(a.width + 1));
    else this.counted.shift += a.width * Math.min(b.bits, Math.ceil(Math.log2(a.width + 1)));
    return { width: a.width, bits: a.width };
  }

  #choice({ test, yes, no }: Expression & { readonly kind: 'choice' }): Value {
    const t = this.value(test);
    if (known(t)) return this.value(t.constant !== 0n ? yes : no);
    const [a, b] = [this.value(yes), this.value(no)];
    const bits = Math.max(a.bits, b.bits);
    if (known(a) && known(b)) this.counted.table += bits;
    else this.counted[known(a) || known(b) ? 'gate' : 'mux'] += bits;
    return { width: Math.max(a.width, b.width), bits };
  }

  #concat({ parts }: Expression & { readonly kind: 'concat' }): Value {
    const values = parts.map((p) => this.value(p));
    const width = values.reduce((n, v) => n + v.width, 0);
    const isExtension = (i: number): boolean => {
      const part = parts[i]!;
      const value = values[i]!;
      if (known(value) && value.constant === 0n) return true;
      return part.kind === 'repeat' && part.of.kind === 'index' && i < parts.length - 1;
    };
    let first = 0;
    while (first < parts.length - 1 && isExtension(first)) first++;
    const rest = values.slice(first);
    const bits = rest.reduce((n, v, i) => n + (i === 0 ? v.bits : v.width), 0);
    if (values.every(known)) {
      const constant = values.reduce((n, v) => (n << BigInt(v.width)) | (v.constant ?? 0n), 0n);
      return { width, bits: bitLength(constant), constant };
    }
    return { width, bits };
  }

  #call({ name, given }: Expression & { readonly kind: 'call' }): Value {
    const values = given.map((g) => this.value(g));
    if (name.startsWith('$')) return values[0]!;
    const made = this.#scope.functions.get(name);
    if (!made) return { width: 1, bits: 1 };
    addTo(this.counted, made.counted);
    return { width: made.width, bits: made.width };
  }
}
