// Set-up of a checkout: npm packages, the external tools and the compiled program. What is there already is skipped.
// Runs before node_modules exists, so it imports nothing but node: built-ins. `npm start` and `npm test` call it first.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const oldestNode = [20, 19];

/** The external tools: the Debian package, the programs or files that show it is there, and whether nothing works without it. */
const tools = [
  { package: 'verilator', programs: ['verilator'], required: true },
  { package: 'g++', programs: ['g++'], required: true },
  { package: 'make', programs: ['make'], required: true },
  { package: 'iverilog', programs: ['iverilog', 'vvp'], required: true },
  { package: 'ccache', programs: ['ccache'], required: false },
  { package: 'mold', programs: ['mold'], required: false },
  { package: 'yosys', programs: ['yosys'], required: false },
  { package: 'ngspice', programs: ['ngspice'], required: false },
  { package: 'opensta', programs: ['sta'], required: false },
  {
    package: 'qflow-tech-osu018',
    files: [join(process.env.PRUNUS_QFLOW ?? '/usr/share/qflow', 'tech/osu018/osu018_stdcells.lib')],
    required: false,
  },
];

/** Runs a program without a terminal; resolves with its exit code and everything that it printed. */
function capture(command, args, env = process.env) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => done({ code: 127, output: `${command}: ${error.message}\n` }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

/** One line of progress for one step; what the step printed is shown only when it failed. */
async function step(title, work) {
  const begin = Date.now();
  process.stdout.write(`set-up: ${title} ... `);
  const { code, output } = await work();
  const seconds = ((Date.now() - begin) / 1000).toFixed(1);
  process.stdout.write(code === 0 ? `${seconds} s\n` : `failed after ${seconds} s\n`);
  if (code !== 0) process.stdout.write(output.endsWith('\n') || output === '' ? output : `${output}\n`);
  return code === 0;
}

const isRunnable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

const onPath = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && isRunnable(join(folder, program)));

const missingTools = () =>
  tools.filter(({ programs = [], files = [] }) => !(programs.every(onPath) && files.every(existsSync)));

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Whether node_modules holds what package-lock.json asks for. npm's own record is compared, package by package. */
function packagesAreInstalled() {
  let installed = {};
  try {
    installed = readJson(join(root, 'node_modules', '.package-lock.json')).packages ?? {};
  } catch {
    // No record, or half of one: whatever is there does not count.
  }
  return Object.entries(readJson(join(root, 'package-lock.json')).packages ?? {}).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = installed[path];
    if (!found) return Boolean(wanted.optional || wanted.devOptional || wanted.peer);
    return found.version === wanted.version && existsSync(join(root, path));
  });
}

async function installPackages() {
  if (packagesAreInstalled()) return true;
  // The npm that runs this script, where there is one; `--include=dev` because NODE_ENV=production would leave tsc out.
  const npm = process.env.npm_execpath ?? '';
  const [command, ...first] = basename(npm) === 'npm-cli.js' ? [process.execPath, npm] : ['npm'];
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  return step('npm packages (npm ci)', () => capture(command, args));
}

/** How to become root: [] when we are, ['sudo', ...] when it asks for no password, undefined otherwise. */
async function elevation() {
  if (process.getuid?.() === 0) return [];
  if (onPath('sudo') && (await capture('sudo', ['-n', 'true'])).code === 0) return ['sudo', '-n'];
  return undefined;
}

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** apt-get without questions. It waits for another apt to finish, and is tried once more if the lock was still taken. */
async function aptGet(prefix, ...args) {
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];
  const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...options, ...args];
  const result = await capture(command, rest);
  if (result.code === 0 || !/could not get lock|unable to (acquire|lock)/i.test(result.output)) return result;
  await wait(Number(process.env.PRUNUS_APT_RETRY_MS ?? 10_000));
  return capture(command, rest);
}

const installArguments = (packages) => ['install', '-y', '--no-install-recommends', ...packages];

function sayWhatToType(missing) {
  const names = missing.map((tool) => tool.package);
  console.log(`set-up: these tools are missing: ${names.join(', ')}. To install them, type`);
  console.log(`  sudo apt-get update && sudo apt-get ${installArguments(names).join(' ')}`);
  if (!onPath('apt-get')) console.log('or the same packages with the package manager of this system.');
}

/** Installs missing tools. True when every required one is there afterwards. */
async function installTools(alsoRequired) {
  let missing = missingTools();
  if (missing.length === 0) return true;
  const prefix = onPath('apt-get') ? await elevation() : undefined;
  if (prefix) {
    const names = (some) => some.map((tool) => tool.package);
    // A package list that cannot be refreshed may still do; the installation shows it.
    await step('package lists (apt-get update)', () => aptGet(prefix, 'update'));
    const all = () => aptGet(prefix, ...installArguments(names(missing)));
    if (!(await step(`${names(missing).join(', ')} (apt-get install)`, all)) && missing.length > 1) {
      // One package that this distribution does not have must not keep the others out.
      for (const tool of missing) {
        await step(`${tool.package} (apt-get install)`, () => aptGet(prefix, ...installArguments([tool.package])));
      }
    }
    missing = missingTools();
    if (missing.length === 0) return true;
  }
  sayWhatToType(missing);
  return !missing.some((tool) => tool.required || alsoRequired.includes(tool.package));
}

/** Paths, sizes and times of everything that the build reads: equal fingerprints need no build. */
function sourceFingerprint() {
  const hash = createHash('sha256');
  const add = (path) => {
    const at = join(root, path);
    if (!existsSync(at)) return;
    const status = statSync(at);
    if (status.isDirectory()) for (const name of readdirSync(at).toSorted()) add(join(path, name));
    else hash.update(`${path}\0${status.size}\0${status.mtimeMs}\n`);
  };
  for (const path of [
    'src',
    'templates',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/precompile.ts',
  ]) {
    add(path);
  }
  return hash.digest('hex');
}

/** Removes compiled files whose source is gone, so that nothing can import them. */
function removeOrphans(folder) {
  for (const entry of readdirSync(join(root, 'dist', folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeOrphans(path);
    else if (/\.(js|js\.map|d\.ts)$/.test(entry.name)) {
      const source = path.replace(/\.(js|js\.map|d\.ts)$/, '.ts');
      if (!existsSync(join(root, 'src', source))) rmSync(join(root, 'dist', path));
    }
  }
}

async function build() {
  const stamp = join(root, 'dist', '.built');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceFingerprint()) return true;
  if (!(await step('build (tsc)', () => capture('npm', ['run', '--silent', 'build'])))) return false;
  if (!existsSync(join(root, 'dist'))) return true;
  removeOrphans('');
  writeFileSync(stamp, sourceFingerprint());
  return true;
}

/**
 * Does what is not done yet, and returns the titles of the steps that failed. Without npm packages nothing else can
 * run, so that failure ends it; a missing tool or a failed build does not keep the other steps from being tried.
 * `alsoRequired` names packages without which the caller cannot go on, though Prunus can.
 */
export async function setUp({ alsoRequired = [] } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    console.log(`set-up: Prunus needs Node ${oldestNode.join('.')} or newer; this is ${process.version}.`);
    return ['Node version'];
  }
  if (!(await installPackages())) return ['npm packages'];
  const failed = [];
  if (!(await installTools(alsoRequired))) failed.push('external tools');
  if (!(await build())) failed.push('build');
  return failed;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const failed = await setUp();
  if (failed.length > 0) console.log(`set-up: failed: ${failed.join(', ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
