/**
 * Commands in the documentation and what they print. A `console` block below a line `<!-- checked -->` holds lines of
 * `$ npx prunus ...` or `$ npm start`, each followed by its output; a line `...` stands for any lines. A test runs them;
 * `npm run documents` writes what they print now into blocks without `...`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { architectures } from '../src/architectures/registry.ts';
import { sprintPresets } from '../src/architectures/sprint/presets.ts';
import { registerMarkdown } from '../src/system/documents.ts';
import { systemOf } from '../src/system/system.ts';

const root = resolve(import.meta.dirname, '..');

/** Documents that are written as a whole. */
export const generated = [{ path: 'docs/registers.md', text: registerTable }] as const;

/** The registers of SPRINT-S with an AXI4 master. */
function registerTable(): string {
  const part = architectures['sprint']!.make({ ...sprintPresets['sprint-s'] });
  return registerMarkdown(systemOf(part, 'sprint_s', { kind: 'memory' }).map);
}

/** Documents that have such blocks. */
export const documents = ['README.md'];

export interface Shown {
  /** As it stands there: `npx prunus list`. */
  readonly command: string;
  /** Arguments of prunus. */
  readonly args: readonly string[];
  readonly output: string;
}

const block = /<!-- checked -->\n```console\n([\s\S]*?)```/g;

const commandsOf = (text: string): Shown[] =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = ''] = part.split('\n');
      const args = command === 'npm start' ? ['demo'] : command.split(' ').slice(2);
      return { command, args, output: part.slice(command.length + 1).trimEnd() };
    });

/** All checked commands of a document. */
export const shownIn = (text: string): Shown[] => [...text.matchAll(block)].flatMap((m) => commandsOf(m[1] ?? ''));

/** What a command prints, as a document shows it: no path of this machine, `npm start`'s own line. */
export function asShown({ command }: Pick<Shown, 'command'>, printed: string): string {
  const first = command === 'npm start' ? 'npm start: prunus demo\n' : '';
  return (first + printed.replaceAll(`${root}/`, '')).trimEnd();
}

/** Whether an output is the one shown, but for times and what `...` stands for. */
export function matches(shown: string, printed: string): boolean {
  const timeless = (text: string) => text.replaceAll(/\d+\.\d (s\b|cases\/s)/g, '# $1');
  const pattern = timeless(shown)
    .split('\n')
    .map((line) => (line === '...' ? '[\\s\\S]*' : line.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)))
    .join('\n');
  return new RegExp(`^${pattern}$`).test(timeless(printed));
}

function rewrite(path: string): void {
  const text = readFileSync(path, 'utf8');
  const written = text.replaceAll(block, (whole, inner: string) => {
    const commands = commandsOf(inner).map((shown) => {
      const { stdout, stderr } = spawnSync('npx', ['tsx', 'src/cli/main.ts', ...shown.args], {
        cwd: root,
        encoding: 'utf8',
      });
      const printed = asShown(shown, stdout + stderr.replaceAll(/^npm warn.*\n/gm, ''));
      const same = matches(shown.output, printed);
      if (!same && /^\.\.\.$/m.test(shown.output)) console.log(`edit by hand: ${shown.command}\n${printed}\n`);
      return `$ ${shown.command}\n${same || /^\.\.\.$/m.test(shown.output) ? shown.output : printed}\n`;
    });
    return whole.replace(inner, () => commands.join(''));
  });
  if (written !== text) writeFileSync(path, written);
  console.log(`${path}: ${written === text ? 'as it was' : 'rewritten'}`);
}

if (process.argv[1] === import.meta.filename) {
  for (const { path, text } of generated) writeFileSync(join(root, path), text());
  for (const name of documents) rewrite(join(root, name));
}
