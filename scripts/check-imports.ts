/**
 * The import rule of the house. Layers are listed top to bottom; a file may import from its own layer and from those
 * below it. Layers below the line are pure: they run in a browser, so they may import only the libraries listed here.
 * No file may import itself through others. Type imports count: they are dependencies too.
 *
 * Usage: tsx scripts/check-imports.ts [FOLDER THAT HOLDS src]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

const layers = [
  'index.ts',
  'cli',
  'report',
  'learn',
  'explore',
  'synth',
  'sim',
  'workload',
  // ---- pure below ----
  'flow',
  'estimate',
  'system',
  'architectures',
  'components',
  'reram',
  'emit',
  'dsl',
  'numerics',
  'errors.ts',
];
const firstPure = layers.indexOf('flow');

/** Libraries that pure layers may import. */
const pureLibraries = ['handlebars', 'yaml', 'zod'];

/** Files of pure layers that may import anything, with the reason. */
const impureExceptions: Readonly<Record<string, string>> = {};

interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Every module that a file names: import, export from, import(), import type, import = require(), require(). */
function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8');
  const found: { specifier: string; at: number }[] = [];
  const add = (node: { type: string; start: number; value?: unknown } | null | undefined): void => {
    if (node?.type === 'Literal' && typeof node.value === 'string')
      found.push({ specifier: node.value, at: node.start });
  };
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    TSExternalModuleReference: (node) => add(node.expression),
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') add(node.arguments[0]);
    },
  }).visit(program);
  return found.map(({ specifier, at }) => ({ specifier, line: text.slice(0, at).split('\n').length }));
}

const layerName = (file: string): string => file.split('/')[0]!;
const packageName = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** What is wrong with one import, or undefined. `file` and `target` are paths inside src. */
function problemWith(file: string, specifier: string, target: string | undefined): string | undefined {
  const from = layerName(file);
  const rank = layers.indexOf(from);
  if (target === undefined) {
    if (rank < firstPure || file in impureExceptions || pureLibraries.includes(packageName(specifier)))
      return undefined;
    return `"${from}" is a pure layer (it also runs in a browser): it may import only ${pureLibraries.join(', ')}`;
  }
  if (target.startsWith('..')) return 'src must not import from outside src';
  const to = layerName(target);
  const targetRank = layers.indexOf(to);
  if (targetRank < 0 || targetRank >= rank) return undefined;
  return `imports point down: "${from}" must not import from "${to}", which is above it`;
}

/** The import cycles, one for each group of files that reach one another: the shortest way round its first file. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const wayBack = (start: string): string[] | undefined => {
    const queue = [[start]];
    const seen = new Set<string>();
    for (let path = queue.shift(); path; path = queue.shift()) {
      for (const next of graph.get(path.at(-1)!) ?? []) {
        if (next === start) return [...path, next];
        if (seen.has(next)) continue;
        seen.add(next);
        queue.push([...path, next]);
      }
    }
    return undefined;
  };
  const reported = new Set<string>();
  const cycles: string[][] = [];
  for (const file of [...graph.keys()].toSorted()) {
    if (reported.has(file)) continue;
    const cycle = wayBack(file);
    if (!cycle) continue;
    for (const member of cycle) reported.add(member);
    cycles.push(cycle);
  }
  return cycles;
}

/** All violations in root/src, one line each: file:line, the import, the rule. */
export function checkImports(root: string): string[] {
  const source = join(root, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?ts$/.test(file))
    .toSorted();
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  const lines = new Map<string, number>();
  for (const file of files) {
    const targets: string[] = [];
    graph.set(file, targets);
    if (!layers.includes(layerName(file))) {
      problems.push(`src/${file}:1: "${layerName(file)}" is no layer; the layers are ${layers.join(', ')}`);
    }
    for (const { specifier, line } of importsOf(join(source, file))) {
      const target = specifier.startsWith('.')
        ? relative(source, resolve(source, dirname(file), specifier))
        : undefined;
      if (target !== undefined) {
        targets.push(target);
        lines.set(`${file}\0${target}`, line);
      }
      const problem = layers.includes(layerName(file)) ? problemWith(file, specifier, target) : undefined;
      if (problem) problems.push(`src/${file}:${line}: import of '${specifier}': ${problem}`);
    }
  }
  for (const cycle of findCycles(graph)) {
    const line = lines.get(`${cycle[0]}\0${cycle[1]}`);
    problems.push(`src/${cycle[0]}:${line}: import cycle: ${cycle.join(' -> ')}`);
  }
  for (const file of Object.keys(impureExceptions)) {
    if (!existsSync(join(source, file)))
      problems.push(`src/${file}:1: is an exception in check-imports.ts but does not exist`);
  }
  return problems;
}

if (process.argv[1] === import.meta.filename) {
  const problems = checkImports(process.argv[2] ?? resolve(import.meta.dirname, '..'));
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
