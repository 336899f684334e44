/**
 * Counts what the Verilog of a leaf asks for: registers, multipliers, adders, choices. Nothing is mapped; what that leaves out is the
 * calibration's to know.
 */
import type { Counted } from './amounts.ts';
import { Expressions, known } from './expressions.ts';
import { parseModule } from './parse.ts';
import { type FunctionItem, Scope } from './scope.ts';
import type { Declaration, Expression, Item, Statement } from './syntax.ts';

/** Throws PR0550 for what it cannot read. */
export function countModule(text: string): Counted {
  const items = parseModule(text);
  const counter = new Counter();
  for (const item of items) counter.declare(item);
  for (const item of items) counter.count(item);
  return counter.counted;
}

const isUnused = (to: Expression): boolean => to.kind === 'name' && to.name.startsWith('unused');

class Counter {
  readonly #scope = new Scope();
  readonly #expressions = new Expressions(this.#scope);
  /** Registers that were counted, by name. */
  readonly #registers = new Set<string>();

  get counted(): Counted {
    return this.#expressions.counted;
  }

  declare(item: Item): void {
    if (item.kind === 'constant') this.#scope.constants.set(item.name, this.#expressions.constant(item.value));
    if (item.kind === 'declare') this.#declare(item.declaration);
    if (item.kind === 'function') this.#scope.functions.set(item.declaration.name, this.#function(item));
  }

  #declare({ name, high, low, last }: Declaration): void {
    const width = high && low ? Number(this.#expressions.constant(high) - this.#expressions.constant(low)) + 1 : 1;
    this.#scope.signals.set(name, { width, depth: last && Number(this.#expressions.constant(last)) + 1 });
  }

  /** What one call costs; inside, registers are wires. */
  #function({ declaration, locals, body }: Item & { readonly kind: 'function' }): FunctionItem {
    const inner = new Counter();
    for (const [name, value] of this.#scope.constants) inner.#scope.constants.set(name, value);
    for (const [name, made] of this.#scope.functions) inner.#scope.functions.set(name, made);
    for (const d of [declaration, ...locals]) inner.#declare(d);
    inner.#statement(body, false, new Map());
    return { width: inner.#scope.signals.get(declaration.name)!.width, counted: inner.counted };
  }

  count(item: Item): void {
    if (item.kind === 'assign' && !isUnused(item.to)) {
      this.#expressions.value(item.from);
      this.#target(item.to);
    }
    if (item.kind !== 'always') return;
    const { clocked, body } = item;
    if (!clocked) {
      this.#statement(body, false, new Map());
      return;
    }
    // `if (!rst_n) ... else ...`: the reset is the register's own.
    const first = body.kind === 'block' && body.body.length === 1 ? body.body[0]! : body;
    const isReset = first.kind === 'if' && first.test.kind === 'unary' && isName(first.test.of, 'rst_n');
    const resettable = isReset ? namesOf(first.yes) : new Set<string>();
    const rest = isReset ? first.no : body;
    const assigned = new Set([...resettable, ...(rest ? namesOf(rest) : [])]);
    for (const name of assigned) this.#register(name, resettable.has(name));
    if (rest) this.#statement(rest, true, new Map());
  }

  #register(name: string, hasReset: boolean): void {
    const signal = this.#scope.signals.get(name);
    if (!signal || this.#registers.has(name)) return;
    this.#registers.add(name);
    if (signal.depth === undefined) this.#expressions.counted[hasReset ? 'resetRegister' : 'register'] += signal.width;
    else {
      this.#expressions.counted.array += signal.width * signal.depth;
      this.#expressions.counted.gate += signal.depth * Math.ceil(Math.log2(signal.depth + 1));
    }
  }

  /** Bits that are assigned, and what it takes to find them; whether the place is found by an unknown index. */
  #target(to: Expression): { width: number; scattered: boolean } {
    switch (to.kind) {
      case 'concat':
        return { width: to.parts.reduce((n, p) => n + this.#target(p).width, 0), scattered: false };
      case 'name':
        return { width: this.#scope.signals.get(to.name)?.width ?? 1, scattered: false };
      case 'index': {
        const at = this.#expressions.value(to.at);
        const signal = to.of.kind === 'name' ? this.#scope.signals.get(to.of.name) : undefined;
        if (signal?.depth !== undefined) {
          const all = known(at) ? signal.width : signal.width * signal.depth;
          this.#expressions.counted.mux += all;
          return { width: all, scattered: true };
        }
        if (known(at)) return { width: 1, scattered: false };
        const width = signal?.width ?? 1;
        this.#expressions.counted.gate += 2 * width;
        this.#expressions.counted.mux += width;
        return { width, scattered: true };
      }
      case 'slice':
        return {
          width: Number(this.#expressions.constant(to.high) - this.#expressions.constant(to.low)) + 1,
          scattered: false,
        };
      case 'part': {
        const width = Number(this.#expressions.constant(to.width));
        const at = this.#expressions.value(to.at);
        if (known(at)) return { width, scattered: false };
        const all = to.of.kind === 'name' ? (this.#scope.signals.get(to.of.name)?.width ?? width) : width;
        this.#expressions.counted.mux += all;
        this.#expressions.counted.gate += all / width;
        return { width: all, scattered: true };
      }
      default:
        return { width: 1, scattered: false };
    }
  }

  /** `set` collects what is assigned: key to its width and whether it is a constant. */
  #statement(s: Statement, clocked: boolean, set: Map<string, Assigned>): void {
    switch (s.kind) {
      case 'block':
        for (const inner of s.body) this.#statement(inner, clocked, set);
        return;
      case 'assign': {
        const value = this.#expressions.value(s.from);
        const { width, scattered } = this.#target(s.to);
        // A place that an index finds has had its choices counted.
        if (!scattered) set.set(keyOf(s.to), { width, constant: known(value) });
        return;
      }
      case 'if': {
        const test = this.#expressions.value(s.test);
        if (known(test)) {
          const taken = test.constant !== 0n ? s.yes : s.no;
          if (taken) this.#statement(taken, clocked, set);
          return;
        }
        const branches = [s.yes, ...(s.no ? [s.no] : [])].map((b) => this.#branch(b, clocked));
        this.#choose(branches, 2, set, clocked);
        return;
      }
      case 'case': {
        const of = this.#expressions.value(s.of);
        const branches = s.arms.map((a) => this.#branch(a.body, clocked));
        this.#expressions.counted.gate += (s.arms.length - 1) * Math.max(0, of.bits - 1);
        this.#choose(branches, Math.max(2, s.arms.length), set, clocked);
        return;
      }
      case 'for': {
        const before = this.#scope.constants.get(s.name);
        let at = this.#expressions.constant(s.from);
        for (;;) {
          this.#scope.constants.set(s.name, at);
          if (this.#expressions.constant(s.test) === 0n) break;
          this.#statement(s.body, clocked, set);
          at = this.#expressions.constant(s.next);
        }
        if (before === undefined) this.#scope.constants.delete(s.name);
        else this.#scope.constants.set(s.name, before);
      }
    }
  }

  #branch(s: Statement, clocked: boolean): Map<string, Assigned> {
    const set = new Map<string, Assigned>();
    this.#statement(s, clocked, set);
    return set;
  }

  /** Of several branches one is taken: for each target a choice less than there are values. */
  #choose(
    branches: readonly ReadonlyMap<string, Assigned>[],
    paths: number,
    set: Map<string, Assigned>,
    clocked: boolean,
  ): void {
    for (const key of new Set(branches.flatMap((b) => [...b.keys()]))) {
      const values = branches.flatMap((b) => b.get(key) ?? []);
      const width = Math.max(...values.map((v) => v.width));
      const constants = values.filter((v) => v.constant).length;
      const unknown = values.length - constants;
      // Where a path assigns nothing, what was there before stays.
      const stays = values.length < paths && (clocked || set.has(key)) ? 1 : 0;
      if (unknown + stays === 0) this.#expressions.counted.table += width * (constants - 1);
      else {
        this.#expressions.counted.mux += width * (unknown + stays - 1);
        this.#expressions.counted.gate += width * Math.min(constants, 2);
      }
      set.set(key, { width, constant: unknown + stays === 0 });
    }
  }
}

interface Assigned {
  readonly width: number;
  readonly constant: boolean;
}

/** Equal for equal targets. */
const keyOf = (to: Expression): string => JSON.stringify(to, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v));
const isName = (e: Expression, name: string): boolean => e.kind === 'name' && e.name === name;

/** The signals that a statement assigns. */
function namesOf(s: Statement): Set<string> {
  const base = (e: Expression): string[] => {
    if (e.kind === 'name') return [e.name];
    if (e.kind === 'concat') return e.parts.flatMap(base);
    return 'of' in e ? base(e.of) : [];
  };
  const all = (inner: Statement): string[] => {
    switch (inner.kind) {
      case 'assign':
        return base(inner.to);
      case 'block':
        return inner.body.flatMap(all);
      case 'if':
        return [...all(inner.yes), ...(inner.no ? all(inner.no) : [])];
      case 'case':
        return inner.arms.flatMap((a) => all(a.body));
      case 'for':
        return all(inner.body);
    }
  };
  return new Set(all(s));
}
