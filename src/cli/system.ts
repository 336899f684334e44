/** What is put around a design: by `--system` and `--system-set`, or `system` of the design file. */
import { z } from 'zod';
import { checkParameters } from '../dsl/parameters.ts';
import { ProblemsError, PrunusError } from '../errors.ts';
import { systemKinds, systemParameters } from '../system/options.ts';
import { type System, systemOf } from '../system/system.ts';
import type { Design } from './designs.ts';
import { word } from './options.ts';
import { applySettings, type Values } from './settings.ts';

export const systemChoice = {
  system: word(systemKinds).optional(),
  systemSet: z.array(z.string()).default([]),
};

/**
 * The system around a design, or undefined where none is asked for. Throws PR0101, PR0102 and PR0704 for what is wrong in a section or a
 * setting, PR1002 for a design that is not one of attention.
 */
export function systemAround(
  design: Design,
  asked: (typeof systemKinds)[number] | undefined,
  sets: readonly string[],
): System | undefined {
  const given = typeof design.system === 'string' ? { kind: design.system } : design.system;
  if (given !== undefined && (given === null || typeof given !== 'object' || Array.isArray(given))) {
    const fix = 'write for instance {"kind": "memory", "dataBits": 64}.';
    throw new PrunusError('PR0702', `system of the design file is ${JSON.stringify(given)}, which is no object.`, fix);
  }
  if (given === undefined && asked === undefined) {
    if (sets.length === 0) return undefined;
    throw new PrunusError(
      'PR0708',
      '--system-set is of no use without --system.',
      'add --system stream or --system memory.',
    );
  }
  const own = { ...(given as Values | undefined), ...(asked ? { kind: asked } : {}) };
  const values = applySettings(systemParameters, 'system', own, sets, {
    all: 'docs/system.md',
    option: '--system-set',
    example: 'dataBits=64',
  });
  const { value, problems } = checkParameters(systemParameters, values, 'system');
  if (value === undefined || problems.length > 0) throw new ProblemsError(problems);
  return systemOf(design.part, design.name, value);
}
