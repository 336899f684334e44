/** `prunus doctor` */
import { installMissing, probeToolchain } from '../sim/toolchain.ts';
import type { Action } from './action.ts';
import { table } from './table.ts';

export const doctor: Action = async (options) => {
  const tools = await probeToolchain();
  const missing = tools.filter((t) => t.required && (!t.found || t.problem !== undefined));
  const install = installMissing(tools) ?? null;
  if (options['json'] === true) {
    process.stdout.write(`${JSON.stringify({ ok: missing.length === 0, install, tools })}\n`);
    return missing.length === 0 ? 0 : 1;
  }
  const rows = tools.map((t) => [
    t.name,
    t.problem ? 'does not run' : t.found ? (t.version ?? 'there') : t.required ? 'MISSING' : 'not there',
    t.required ? 'required' : 'optional',
    t.neededFor + (t.problem ? ` (${t.problem.split('\n')[0]})` : ''),
  ]);
  process.stdout.write(table([['tool', 'version', '', 'needed for'], ...rows]));
  if (install) process.stdout.write(`\nTo install what is not there, type\n  ${install}\n`);
  return missing.length === 0 ? 0 : 1;
};
