/** The external programs that simulation can use: what each is for, how to get it, and where it is. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { PrunusError } from '../errors.ts';

export interface ToolInfo {
  readonly name: string;
  /** What works only with it. */
  readonly neededFor: string;
  /** Without it nothing is simulated (as opposed to: slower, or fewer checks). */
  readonly required: boolean;
  /** Debian package. */
  readonly apt: string;
  readonly versionArgs: readonly string[];
}

const tool = (
  name: string,
  apt: string,
  required: boolean,
  neededFor: string,
  versionArgs = ['--version'],
): ToolInfo => ({
  name,
  apt,
  required,
  neededFor,
  versionArgs,
});

export const simTools: readonly ToolInfo[] = [
  tool('verilator', 'verilator', true, 'simulation of emitted Verilog, lint'),
  tool('g++', 'g++', true, 'building Verilator models'),
  tool('ar', 'binutils', true, 'building Verilator models'),
  tool('make', 'make', false, 'replaying a failure from its folder'),
  tool('ccache', 'ccache', false, 'faster rebuilds'),
  tool('mold', 'mold', false, 'faster linking'),
  tool('iverilog', 'iverilog', false, 'cross-check in a second simulator, lint', ['-V']),
  tool('vvp', 'iverilog', false, 'cross-check in a second simulator', ['-V']),
  tool('nextpnr-ice40', 'nextpnr-ice40', false, 'place and route for iCE40'),
  tool('yosys', 'yosys', false, 'synthesis, latch and driver checks', ['-V']),
  tool('sta', 'opensta', false, 'timing and power of a design made of cells', ['-version']),
];

export const installLine = (packages: readonly string[]): string =>
  `apt-get install -y --no-install-recommends ${[...new Set(packages)].join(' ')}`;

/** Absolute path of a program on PATH, or undefined. */
export function findTool(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // not there: look on
    }
  }
  return undefined;
}

/** Like `findTool`, but throws PR0510 with the command that installs it. */
export function requireTool(name: string): string {
  const path = findTool(name);
  if (path !== undefined) return path;
  const info = simTools.find((t) => t.name === name);
  const what = info ? `, needed for ${info.neededFor},` : '';
  throw new PrunusError('PR0510', `'${name}'${what} is not on PATH.`, info ? installLine([info.apt]) : undefined);
}

/**
 * Changes when the installed program does, without starting it: path, size and time of the file and, for scripts that
 * start a binary of the same folder (`verilator`), of that binary. Empty for a program that is not there.
 */
export function fingerprint(name: string): string {
  const path = findTool(name);
  if (path === undefined) return '';
  const real = realpathSync(path);
  return [real, join(dirname(real), `${name}_bin`)].map(fileMark).join(' ');
}

function fileMark(path: string): string {
  const info = statSync(path, { throwIfNoEntry: false });
  return info ? `${path} ${info.size} ${Math.round(info.mtimeMs)}` : '';
}
