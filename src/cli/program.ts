/** The command line. Each command's own code is loaded when it is called. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';

import { command, examples, type Root } from './command.ts';
import { addCompare, addLearn, addRun, addVerify } from './commands/attention.ts';
import { addDiagram, addGenerate, addList } from './commands/designs.ts';
import { addEstimate, addPower, addSynth } from './commands/silicon.ts';
import { addDevice } from './device/program.ts';
import { fail } from './failure.ts';

function program(outcome: Root['outcome']): Command {
  const made = new Command('prunus')
    .description('Pruned-attention accelerators from TypeScript to Verilog, with a bit-exact golden model.')
    .version(version(), '-V, --version')
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  const root = { program: made, outcome };
  addList(root);
  addGenerate(root);
  addRun(root);
  addVerify(root);
  addCompare(root);
  addLearn(root);
  addSynth(root);
  addDevice(root);
  addEstimate(root);
  addPower(root);
  addDiagram(root);
  addDoctor(root);
  addDemo(root);
  return made;
}

function addDoctor(root: Root): void {
  const doctor = command(
    root,
    'doctor',
    'external tools: which are there, what each is needed for, how to install it',
    async () => (await import('./doctor.ts')).doctor,
  );
  examples(doctor, ['prunus doctor', 'prunus doctor --json']);
}

function addDemo(root: Root): void {
  const demo = command(
    root,
    'demo',
    'SPRINT-S on recorded tensors of a pre-trained transformer, checked in Verilator',
    async () => (await import('./demo.ts')).demo,
  );
  demo
    .option('--keep <fraction>', 'of the query-key pairs', '0.25')
    .option('--out <folder>', 'where the Verilog goes; default rtl-out/sprint-s of the package');
  examples(demo, ['prunus demo', 'prunus demo --keep 0.1']);
}

function version(): string {
  const { version: of } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return of;
}

/** Runs one command line (without the program's name) and returns its exit code; never throws. */
export async function runCli(args: readonly string[]): Promise<number> {
  const outcome = { code: 0 };
  try {
    await program(outcome).parseAsync(args, { from: 'user' });
    return outcome.code;
  } catch (error) {
    // Commander has said what is wrong with the command line.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return fail(error, false);
  }
}
