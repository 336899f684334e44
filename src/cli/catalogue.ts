/** Everything that `prunus list` knows: designs, architectures, components. */
import { presets } from '../architectures/names.ts';
import { architectures } from '../architectures/registry.ts';
import { isLeaf, type Part } from '../dsl/component.ts';
import type { Schema } from '../dsl/parameters.ts';
import { plan } from '../dsl/structure.ts';

export interface Entry {
  readonly name: string;
  readonly kind: 'design' | 'architecture' | 'component';
  readonly summary: string;
  readonly schema: Schema;
  /** Of a preset: its architecture and what it sets. */
  readonly architecture?: string;
  readonly sets?: Readonly<Record<string, unknown>>;
}

/** Designs first, then architectures, then every component that they are made of, by name. */
export function catalogue(): Entry[] {
  const found = new Map<string, Entry>();
  for (const { make } of Object.values(architectures)) {
    collect(make({}), found);
  }
  for (const name of Object.keys(architectures)) found.delete(name);
  return [
    ...presets().map(({ name, architecture, parameters }): Entry => {
      const { summary, schema } = architectures[architecture];
      return { name, kind: 'design', summary, schema, architecture, sets: parameters };
    }),
    ...Object.entries(architectures).map(([name, { summary, schema }]): Entry => {
      return { name, kind: 'architecture', summary, schema };
    }),
    ...[...found.values()].toSorted((a, b) => a.name.localeCompare(b.name)),
  ];
}

function collect(part: Part, found: Map<string, Entry>): void {
  const { definition } = part;
  const known = found.has(definition.name);
  if (!known) {
    const { name, summary, parameters } = definition;
    found.set(name, { name, kind: 'component', summary, schema: parameters });
  }
  if (known || isLeaf(definition)) return;
  for (const { part: inner } of plan(part).instances) collect(inner, found);
}
