/** What the definitions of all commands share. */
import { type Command, Option } from 'commander';
import type { Action } from './action.ts';
import { fail } from './failure.ts';

type Raw = Record<string, unknown>;

export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];
export const setOption = () =>
  new Option('--set <path=value>', 'set a parameter of a preset or .json file; repeatable').argParser(collect);
export const blasOption = () =>
  new Option(
    '--blas <library>',
    'multiply matrices with a BLAS library of the machine, such as libopenblas.so.0: faster, but bits are those of the machine',
  );
export const designHelp =
  'a preset (`prunus list`), a .json file of parameters, or a .ts file whose default export is a design';

export const systemOption = () =>
  new Option(
    '--system <stream|memory>',
    'put registers on AXI4-Lite around the design, and its tensors on AXI4-Stream or an AXI4 master, with a C driver (docs/system.md)',
  );
export const systemSetOption = () =>
  new Option('--system-set <name=value>', 'set a parameter of the system, such as dataBits=64; repeatable').argParser(
    collect,
  );

/** `--q`, `--k` and `--v`; without `queries` a command needs them, and takes what `run` takes. */
export function tensorOptions(to: Command, queries?: string): Command {
  const help = queries ?? 'queries, [tokens, dim] or [heads, tokens, dim]; float32, or int8/int16 as quantised';
  const letters = { q: help, k: 'keys', v: 'values' };
  for (const [letter, text] of Object.entries(letters)) {
    to.addOption(new Option(`--${letter} <file.npy>`, text).makeOptionMandatory(queries === undefined));
  }
  return to;
}

/** Which of the tensors' pairs there are at all. */
export const maskOptions = (to: Command): Command =>
  to.option('--causal', 'query i sees keys 0 to i').option('--valid-length <tokens>', 'tokens before padding');

export function examples(of: Command, lines: readonly string[]): Command {
  return of.addHelpText('after', `\nExamples:\n${lines.map((l) => `  $ ${l}`).join('\n')}\n`);
}

export interface Root {
  /** What commands are added to: the program, or a command with commands of its own. */
  readonly program: Command;
  readonly outcome: { code: number };
}

/** Registers a command whose code is loaded on use. */
export function command(root: Root, usage: string, summary: string, load: (options: Raw) => Promise<Action>): Command {
  const made = root.program
    .command(usage)
    .description(summary)
    .option('--json', 'print one JSON document on stdout and nothing else there');
  return made.action(async () => {
    const options = made.opts<Raw>();
    try {
      root.outcome.code = await (await load(options))(options, ...made.args);
    } catch (error) {
      root.outcome.code = fail(error, options['json'] === true);
    }
  });
}
