/** Timing whole processes. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './context.ts';

export interface Timed {
  /** Seconds from start to end. */
  readonly wall: number;
  /** Seconds of a core that it and its children used. */
  readonly cpu: number;
  readonly stdout: string;
}

export interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end; throws when it fails. */
export function timed(program: string, args: readonly string[], { cwd, env }: Place = {}): Timed {
  const script = 'TIMEFORMAT="%U %S"; time "$@"';
  const options = { encoding: 'utf8', env: { ...process.env, ...env }, ...(cwd ? { cwd } : {}) } as const;
  const start = performance.now();
  const run = spawnSync('bash', ['-c', script, 'bash', program, ...args], options);
  const wall = (performance.now() - start) / 1000;
  if (run.status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${run.stderr}`);
  const [user, system] = run.stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return { wall, cpu: user + system, stdout: run.stdout };
}

/** What `/proc/PID/stat` says of a process: seconds of a core that it used, and those of children that ended. */
export function cpuOf(stat: string): { own: number; children: number } {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user, system, childUser, childSystem] = fields.slice(11, 15);
  return { own: (user + system) / ticks, children: (childUser + childSystem) / ticks };
}

/** USER_HZ of every Linux. */
const ticks = 100;

/** Seconds of a core that this process and its ended children used so far. */
export function cpuSoFar(): number {
  const { own, children } = cpuOf(readFileSync('/proc/self/stat', 'utf8'));
  return own + children;
}

/** The command line as it is installed: compiled, in `folder`. Returns the program's path. */
export function compiledCli(folder: string): string {
  const out = join(folder, 'dist');
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const args = ['-p', join(root, 'tsconfig.build.json'), '--outDir', out, '--incremental', 'false'];
  // Type errors do not matter here, only what comes out.
  const { stdout } = spawnSync(tsc, [...args, '--tsBuildInfoFile', 'null'], { cwd: root, encoding: 'utf8' });
  const main = join(out, 'cli', 'main.js');
  if (!existsSync(main)) throw new Error(`tsc did not write ${main}: ${stdout}`);
  timed(join(root, 'node_modules', '.bin', 'tsx'), [join(root, 'scripts', 'precompile.ts'), out]);
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['templates', 'node_modules']) symlinkSync(join(root, name), join(folder, name));
  return main;
}
