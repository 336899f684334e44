import type { Part } from '../dsl/component.ts';
import type { Schema } from '../dsl/parameters.ts';

export interface Architecture {
  readonly summary: string;
  readonly schema: Schema;
  /** Groups of parameters that others have and this has no use for, and why. */
  readonly without?: Readonly<Record<string, string>>;
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Any parameters; what is wrong with them is in the part's `problems`. */
  readonly make: (parameters: Readonly<Record<string, unknown>>) => Part;
}
