import type { z } from 'zod';
import { ProblemsError, type Problem } from '../errors.ts';
import { checkParameters, type Schema } from './parameters.ts';
import type { Ports } from './ports.ts';
import type { Io, Process } from './process.ts';
import { portProblems } from './shape.ts';
import { callerLocation } from './source.ts';

/** Where a leaf's Verilog comes from: a file below `templates/`, or text that the definition carries. */
export type Template = { readonly file: string } | { readonly text: string };

/**
 * Other bodies of the same module with the same ports: `behavioural` stands in for the hardware in simulation, `macro` is an
 * empty shell for a hard macro. The template itself is synthesizable.
 */
export type Forms = Partial<Record<'behavioural' | 'macro', Template>>;

/** What a macro stores, from which its area is estimated. */
export interface Storage {
  readonly technology: 'sram' | 'reram';
  readonly cells: number;
  /** Of an analog array: what begins an evaluation of all its cells, a strobe or a stream, and how many comparators decide each. */
  readonly evaluation?: { readonly begins: string; readonly decisions: number };
}

/** A relation between parameters, shared by validation and documentation. */
export interface Rule<T> {
  /** Which parameter to name in the message. */
  readonly path: string;
  readonly holds: (parameters: T) => boolean;
  /** The formula with its numbers, and what would be valid. */
  readonly message: (parameters: T) => string;
}

interface Common<N extends string, S extends Schema, P extends Ports> {
  /** Verilog name of the module, before the design's prefix. */
  readonly name: N;
  /** One sentence: what it is. It heads the emitted file. */
  readonly summary: string;
  readonly parameters: S;
  readonly rules?: readonly Rule<z.output<S>>[];
  readonly ports: (parameters: z.output<S>) => P;
  /** A word that tells this variant's module from others of the same component, e.g. `key`. */
  readonly variant?: (parameters: z.output<S>) => string;
}

export interface LeafDefinition<N extends string, S extends Schema, P extends Ports> extends Common<N, S, P> {
  readonly template: Template;
  readonly forms?: Forms | ((parameters: z.output<S>) => Forms);
  /** Values the template may use beside its ports: localparams of the same (upper-case) names. */
  readonly constants?: (parameters: z.output<S>) => Readonly<Record<string, number>>;
  /** What the macro form holds. */
  readonly storage?: (parameters: z.output<S>) => Storage;
  /** Text and lists the template may use. */
  readonly view?: (parameters: z.output<S>) => Readonly<Record<string, unknown>>;
  /** The golden model: a process over the streams. Absent for passive parts (memories), whose masters model them. */
  readonly model?: (parameters: z.output<S>, io: Io<P>) => Process | readonly Process[];
}

/** May be left out when every parameter has a default. */
type Given<S extends Schema> = {} extends z.input<S> ? [parameters?: z.input<S>] : [parameters: z.input<S>];

/** A component: a parameter schema, ports, a template and a model. Calling it with parameters gives a part. */
export interface Component<N extends string = string, S extends Schema = Schema, P extends Ports = Ports> {
  (...parameters: Given<S>): Part<P>;
  readonly definition: LeafDefinition<N, S, P> | StructureDefinition<N, S, P>;
}

export interface StructureDefinition<N extends string, S extends Schema, P extends Ports> extends Common<N, S, P> {
  /** Instantiates and connects; called at elaboration. */
  readonly build: (parameters: z.output<S>, kit: never) => void;
  /** Stands for the whole subtree in the golden network; absent: the subtree's own models are composed. */
  readonly model?: (parameters: z.output<S>, io: Io<P>) => Process | readonly Process[];
}

/** A definition with its types forgotten. */
export type Definition = LeafDefinition<string, Schema, Ports> | StructureDefinition<string, Schema, Ports>;

/** A component with its parameters: what `instance` and `array` take. */
export interface Part<P extends Ports = Ports> {
  readonly definition: Definition;
  /** Checked, defaults filled in. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly ports: P;
  /** What was wrong with the parameters; reported at elaboration together with everything else. */
  readonly problems: readonly Problem[];
  /** The user's `file:line` where it was made. */
  readonly at: string | undefined;
}

/**
 * Makes a component callable. What is wrong with the parameters goes into the part; only where no ports can be made of them is it
 * thrown.
 */
export function component<N extends string, S extends Schema, P extends Ports>(
  definition: LeafDefinition<N, S, P> | StructureDefinition<N, S, P>,
): Component<N, S, P> {
  const call = (given: unknown = {}): Part<P> => {
    const checked = checkParameters(definition.parameters, given, definition.name);
    const problems: Problem[] = checked.problems;
    const parameters = checked.value ?? definition.parameters.safeParse({}).data;
    const at = callerLocation();
    const located = () => problems.map((p) => ({ ...p, at }));
    if (parameters === undefined) throw new ProblemsError(located());
    if (problems.length === 0) problems.push(...brokenRules(definition, parameters));
    let ports: P;
    try {
      ports = definition.ports(parameters);
    } catch (cause) {
      throw problems.length ? new ProblemsError(located()) : cause;
    }
    if (problems.length === 0) problems.push(...portProblems(ports, definition.name));
    return Object.freeze({
      definition: definition as unknown as Definition,
      parameters: Object.freeze(parameters),
      ports,
      problems: located(),
      at,
    });
  };
  return Object.assign(call, { definition });
}

function brokenRules<S extends Schema>(
  { name, rules = [] }: { readonly name: string; readonly rules?: readonly Rule<z.output<S>>[] },
  parameters: z.output<S>,
): Problem[] {
  return rules
    .filter((rule) => !rule.holds(parameters))
    .map((rule) => ({ code: 'PR0103', path: `${name}.${rule.path}`, message: rule.message(parameters) }));
}

/** Declares a component whose Verilog comes from a template. */
export const defineComponent = <const N extends string, S extends Schema, P extends Ports>(
  definition: LeafDefinition<N, S, P>,
): Component<N, S, P> => component(definition);

export const isLeaf = (d: Definition): d is LeafDefinition<string, Schema, Ports> => 'template' in d;
