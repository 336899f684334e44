// `npm test`: set-up, then the stages below in order of cost. Every stage runs whatever came before it.
//   npm test -- --only types,unit      some stages
//   npm test -- --only unit -- -t npy  what follows the second -- goes to vitest
// Simulations are counted through a ledger: every simulation process that a test runs appends one line of JSON,
// {"kind":"verilator"|"icarus"|"yosys","cases":N,"cycles":N}, to the file that PRUNUS_TEST_LEDGER names.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);

/** The checks that need no simulator; each counts as one. */
const checks = {
  format: [bin('biome'), 'format', '--colors=off', '.'],
  lint: [bin('oxlint'), '--type-aware', '--deny-warnings'],
  types: [bin('tsc'), '--noEmit'],
  imports: [bin('tsx'), 'scripts/check-imports.ts'],
  deadcode: [bin('knip')],
};

/** The vitest projects: the folders of tests/. */
const projects = ['unit', 'component', 'architecture', 'workload', 'learn', 'sim', 'synth', 'cli', 'project'];

const simulators = { verilator: 'Verilator', icarus: 'Icarus', yosys: 'Yosys' };

const seconds = (begin) => `${((Date.now() - begin) / 1000).toFixed(1)} s`;
const grouped = (number) => number.toLocaleString('en-US');
const counted = (number, one) => `${grouped(number)} ${one}${number === 1 ? '' : 's'}`;

function usage(message) {
  console.log(`npm test: ${message}`);
  console.log(`stages: ${[...Object.keys(checks), ...projects].join(', ')}`);
  console.log('npm test -- [--only STAGE,STAGE ...] [-- ARGUMENTS FOR VITEST]');
  process.exit(2);
}

function parseArguments(given) {
  const known = [...Object.keys(checks), ...projects];
  const split = given.indexOf('--');
  const own = split < 0 ? given : given.slice(0, split);
  const forVitest = split < 0 ? [] : given.slice(split + 1);
  const only = [];
  for (let at = 0; at < own.length; at += 1) {
    const [, inline] = /^--only=(.*)$/.exec(own[at]) ?? [];
    if (inline === undefined && own[at] !== '--only') usage(`unknown argument ${own[at]}`);
    const value = inline ?? own[++at];
    if (!value) usage('--only needs the names of stages');
    for (const name of value.split(',')) {
      if (!known.includes(name)) usage(`there is no stage "${name}"`);
      only.push(name);
    }
  }
  return { stages: only.length > 0 ? known.filter((name) => only.includes(name)) : known, forVitest };
}

function run(command, args, { env = process.env, quiet = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => done({ code: 127, output: `${command}: ${error.message}\n` }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

async function runCheck(name) {
  const [command, ...args] = checks[name];
  const { code, output } = await run(command, args, { quiet: true });
  if (code !== 0) process.stdout.write(output);
  return { checks: 1, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

const hasTests = (name) => {
  const folder = join(root, 'tests', name);
  return existsSync(folder) && readdirSync(folder, { recursive: true }).some((path) => path.endsWith('.test.ts'));
};

/** The numbers in a vitest JSON report. A file that did not load has no tests, and counts as one failure. */
function readReport(path, code) {
  if (!existsSync(path)) return { tests: 0, passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(path, 'utf8'));
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    tests: report.numPassedTests + report.numFailedTests,
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

async function runProject(name, forVitest, scratch) {
  if (!hasTests(name)) {
    console.log('no tests');
    return { failed: 1 };
  }
  const report = join(scratch, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, '--silent=passed-only'];
  const { code } = await run(bin('vitest'), ['run', `--project=${name}`, ...reporters, ...forVitest], {
    env: { ...process.env, PRUNUS_TEST_LEDGER: join(scratch, 'ledger') },
  });
  return readReport(report, code);
}

/** Sums the ledger by simulator. A line that cannot be read is an error of the test that wrote it. */
function readLedger(path) {
  const sum = { cases: 0, cycles: 0, runs: {}, unreadable: [] };
  if (!existsSync(path)) return sum;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {}
    const { kind, cases, cycles } = entry ?? {};
    if (!Object.hasOwn(simulators, kind) || !Number.isSafeInteger(cases) || !Number.isSafeInteger(cycles)) {
      sum.unreadable.push(line);
      continue;
    }
    sum.runs[kind] = (sum.runs[kind] ?? 0) + 1;
    sum.cases += cases;
    sum.cycles += cycles;
  }
  return sum;
}

function describeSimulations({ runs, cases, cycles }) {
  const kinds = Object.keys(simulators).filter((kind) => runs[kind]);
  if (kinds.length === 0) return 'no simulation';
  const parts = kinds.map((kind) => counted(runs[kind], `${simulators[kind]} run`));
  const list = parts.length < 2 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
  return `${counted(cases, 'simulated case')} in ${list}, ${counted(cycles, 'cycle')}`;
}

const { stages, forVitest } = parseArguments(process.argv.slice(2));
const begin = Date.now();
const total = { checks: 0, tests: 0, passed: 0, failed: 0, skipped: 0 };
const failures = [];
const count = (title, result) => {
  for (const key of Object.keys(total)) total[key] += result[key] ?? 0;
  if (result.failed > 0) failures.push(title);
};

const scratch = mkdtempSync(join(tmpdir(), 'prunus-test-'));
try {
  for (const title of await setUp({ alsoRequired: ['yosys', 'ngspice', 'opensta'] }))
    count(`set-up: ${title}`, { failed: 1 });
  const canRun = existsSync(bin('vitest'));
  for (const name of canRun ? stages : []) {
    const stageBegin = Date.now();
    console.log(`\n== ${name}`);
    const result = await (name in checks ? runCheck(name) : runProject(name, forVitest, scratch));
    count(name, result);
    const outcome = result.failed > 0 ? 'FAILED' : result.passed > 0 ? 'ok' : 'nothing to run';
    console.log(`-- ${name}: ${outcome}, ${seconds(stageBegin)}`);
  }
  const ledger = readLedger(join(scratch, 'ledger'));
  if (ledger.unreadable.length > 0) {
    console.log(`\nledger lines that are no {kind, cases, cycles}:\n${ledger.unreadable.join('\n')}`);
    count('ledger', { failed: 1 });
  }
  const skipped = total.skipped > 0 ? ` (${grouped(total.skipped)} skipped)` : '';
  const tested = `${counted(total.tests, 'test')}${skipped} and ${counted(total.checks, 'check')}`;
  console.log(`\n${tested}, ${describeSimulations(ledger)}, ${seconds(begin)}`);
  if (failures.length > 0) console.log(`failed: ${failures.join(', ')}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
