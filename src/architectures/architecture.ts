import type { Part } from '../dsl/component.ts';
import type { Schema } from '../dsl/parameters.ts';

export interface Architecture {
  readonly summary: string;
  readonly schema: Schema;
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Any parameters; what is wrong with them is in the part's `problems`. */
  readonly make: (parameters: Readonly<Record<string, unknown>>) => Part;
}
