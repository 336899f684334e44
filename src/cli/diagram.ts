/** `prunus diagram` */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { elaborate } from '../dsl/elaborate.ts';
import { PrunusError } from '../errors.ts';
import { diagram as draw } from '../report/diagram.ts';
import { levelOf } from '../report/level.ts';
import type { Action } from './action.ts';
import { findDesign } from './designs.ts';
import { checkOptions, common, settings } from './options.ts';

const schema = z.object({ ...common, ...settings, level: z.string().default(''), out: z.string().min(1) });

export const diagram: Action = async (raw, given) => {
  const { json, set, level, out } = checkOptions(schema, raw);
  const { part, name } = await findDesign(given, set);
  const { netlist } = elaborate(part, name);
  const { module, component, boxes, borders, arrows } = levelOf(netlist, level);
  const svg = await draw(netlist, level);
  try {
    writeFileSync(out, svg);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PrunusError('PR0707', `${out}: cannot be written (${code ?? String(cause)}).`, 'choose another --out.');
  }
  const data = { out, level, module, component, boxes, ports: borders, arrows };
  const summary = `${out}: ${module}, ${boxes.length} boxes, ${arrows.length} arrows\n`;
  process.stdout.write(json ? `${JSON.stringify(data)}\n` : summary);
  return 0;
};
