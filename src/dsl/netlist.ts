import type { Forms, Part, Storage, Template } from './component.ts';
import type { Field, Kind, Scalar } from './kinds.ts';
import type { ParameterInfo } from './parameters.ts';
import type { PortElement } from './ports.ts';

/** What a pin of an instance, or an output of a module, is connected to. */
export type Net =
  /** A bundle of signals: `<net>_valid`, `<net>_ready`, `<net>_<field>`; a plain wire is `<net>` itself. */
  | { readonly net: string }
  | { readonly constant: number; readonly field: Scalar }
  /** An output that nobody reads. */
  | { readonly open: true };

export interface NetInstance {
  readonly name: string;
  readonly module: string;
  /** Port element name to net. */
  readonly pins: Readonly<Record<string, Net>>;
  /** The net of its reset, where that is not the module's own `rst_n`. */
  readonly reset?: string;
}

export interface LeafBody {
  readonly kind: 'leaf';
  readonly template: Template;
  readonly forms: Forms;
  /** Of the macro form. */
  readonly storage?: Storage | undefined;
  readonly constants: Readonly<Record<string, number>>;
  readonly view: Readonly<Record<string, unknown>>;
}

export interface StructureBody {
  readonly kind: 'structure';
  /** Bundles declared inside the module. */
  readonly nets: readonly { readonly name: string; readonly kind: Kind }[];
  readonly instances: readonly NetInstance[];
  /** Outputs that repeat an input or another output. */
  readonly aliases: readonly { readonly port: string; readonly kind: Kind; readonly net: Net }[];
}

export interface NetModule {
  /** Verilog name: the design's prefix, the component's name, and a variant where one component is used in several. */
  readonly name: string;
  readonly component: string;
  readonly summary: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What documentation says about the parameters, by dotted path. */
  readonly notes: Readonly<Record<string, Partial<ParameterInfo>>>;
  readonly ports: readonly PortElement[];
  readonly body: LeafBody | StructureBody;
}

/** The wire of an output that nobody reads, and the one that reads all of these. */
export const openNet = (instance: string, port: string): string => `${instance}_${port}`;
export const unusedNet = 'unused';

/** An elaborated design: plain, frozen data that emission, diagrams, checks and test benches read. */
export interface Netlist {
  readonly top: string;
  /** Children before parents. */
  readonly modules: readonly NetModule[];
}

/** How often each module is there in the whole design, by name. */
export function instanceCounts({ modules, top }: Netlist): ReadonlyMap<string, number> {
  const counts = new Map(modules.map((m) => [m.name, m.name === top ? 1 : 0]));
  // Parents before children.
  for (const { name, body } of modules.toReversed()) {
    if (body.kind !== 'structure') continue;
    for (const { module } of body.instances) counts.set(module, counts.get(module)! + counts.get(name)!);
  }
  return counts;
}

/** A netlist with, for each module, the part it came from, which knows the golden model. */
export interface Elaborated {
  readonly netlist: Netlist;
  readonly parts: ReadonlyMap<string, Part>;
}

/** A signal of a bundle: Verilog name suffix, width, and whether it runs from the bundle's source to its sink. */
export interface Signal {
  readonly suffix: string;
  readonly field: Field;
  readonly forward: boolean;
}

const one: Scalar = { shape: 'scalar', signed: false, width: 1 };

/** The Verilog signals of a kind, in the order in which they are declared. */
export function signalsOf(kind: Kind): Signal[] {
  switch (kind.kind) {
    case 'wire':
      return [{ suffix: '', field: kind.field, forward: true }];
    case 'stream':
      return [
        { suffix: '_valid', field: one, forward: true },
        { suffix: '_ready', field: one, forward: false },
        ...Object.entries(kind.payload.fields).map(([name, field]) => ({ suffix: `_${name}`, field, forward: true })),
      ];
    case 'interface':
      return Object.entries(kind.signals).map(([name, s]) => ({
        suffix: `_${name}`,
        field: s.field,
        forward: s.from === 'master',
      }));
  }
}
