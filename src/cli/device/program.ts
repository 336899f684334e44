/** `prunus device`: its questions and their options. */
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import {
  blasOption,
  collect,
  command,
  designHelp,
  examples,
  maskOptions,
  type Root,
  setOption,
  tensorOptions,
} from '../command.ts';

export function addDevice(root: Root): void {
  const program = root.program
    .command('device')
    .description('what the devices of the analog arrays do to pruning: margins, precision, yield');
  const device = { program, outcome: root.outcome };
  addMargin(device);
  addBits(device);
  addYield(device);
}

const outHelp = 'folder for plots (SVG) and report.json';

/** Which heads, and what is kept of them. */
function headOptions(to: Command): Command {
  tensorOptions(to.addOption(setOption()), 'queries, as `prunus run` takes them; without, those of the bundled example')
    .option('--keep <fraction>', 'find the threshold of each head that keeps this fraction of the pairs; default 0.25')
    .option('--threshold <number|file>', 'real score q.k/sqrt(dim) from which a key is kept, as `prunus run` takes it')
    .option('--layer <name|number>', 'which layer of a .json file of thresholds or of codebooks')
    .option('--codebook <file|self>', 'what relevance is predicted from (HARDSEA)');
  return maskOptions(to)
    .option('--scheme <list>', 'quantisation, as `prunus run` takes it', 'best')
    .option('--seed <number>', 'of the chips', '1');
}

function addMargin(root: Root): void {
  const margin = command(
    root,
    'margin <design>',
    'how far scores are from the threshold, against what the analog array resolves; guard bands',
    async () => (await import('./margin.ts')).margin,
  );
  headOptions(margin)
    .option('--chips <number>', 'chips that are sampled', '16')
    .option('--recall <fraction>', 'of the kept keys, for which a guard band is looked for', '0.99')
    .option('--out <folder>', outHelp);
  margin.addHelpText('after', `\nDESIGN is ${designHelp}.`);
  examples(margin, [
    'prunus device margin sprint-s --set device.programSigma=0.02 --set device.readSigma=0.005 --out rtl-out/margin',
    'prunus device margin sprint-s --set device.comparatorSigma=0.008 --q q.npy --k k.npy --v v.npy --threshold 1.5 --json',
  ]);
}

function addBits(root: Root): void {
  const bits = command(
    root,
    'bits',
    "SPRINT's precision experiment on a model: task accuracy and attention kept against the bits of a score in memory",
    async () => (await import('./bits.ts')).bits,
  );
  bits
    .option('--task <name|file.json>', 'sentiment, spam, or a list of {"text", "label"}', 'sentiment')
    .option('--keep <fraction>', 'of the pairs, on texts of the training part', '0.25')
    .option('--examples <number>', 'of the test part, at most', '1000')
    .option('--seed <number>', 'of training and of noise', '1')
    .option('--out <folder>', `${outHelp}; work that was stopped goes on there`)
    .addOption(blasOption())
    .addOption(
      new Option('--set <name=value>', 'set a parameter of learning (`docs/learn.md`), such as tuneEpochs=3').argParser(
        collect,
      ),
    );
  bits.addHelpText('after', '\nNeeds packages that Prunus does not bring along; it says which.');
  examples(bits, [
    'prunus device bits --out rtl-out/bits',
    'prunus device bits --task spam --keep 0.5 --examples 400 --set tokens=32 --json',
  ]);
}

function addYield(root: Root): void {
  const yields = command(
    root,
    'yield <design>',
    'Monte Carlo over chips: flipped decisions, recall, output error, share of chips within an error',
    async () => (await import('./yield.ts')).deviceYield,
  );
  headOptions(yields)
    .option(
      '--select <rank|threshold>',
      'how --keep is reached (HARDSEA): the best keys of each query, or one threshold a head',
    )
    .option('--top-k <keys>', 'keep so many keys a query instead (HARDSEA)')
    .option('--chips <number>', 'how many', '1000')
    .option('--within <error>', 'relative error |output - ideal| / |ideal| that a chip may have', '0.2')
    .option('--jobs <number>', 'worker threads', String(availableParallelism()))
    .option('--out <folder>', `${outHelp}, and for what is known of each chip: the same command goes on there`);
  yields.addHelpText('after', `\nDESIGN is ${designHelp}.`);
  examples(yields, [
    'prunus device yield sprint-s --set device.programSigma=0.02 --chips 1000 --out rtl-out/yield',
    'prunus device yield hardsea --codebook self --set device.jitterSigma=0.01 --chips 200 --within 0.1 --json',
  ]);
}
