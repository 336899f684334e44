/** Attention computed with designs, and what they need learned for it. */
import { Option } from 'commander';
import {
  blasOption,
  collect,
  command,
  designHelp,
  examples,
  maskOptions,
  type Root,
  setOption,
  systemOption,
  systemSetOption,
  tensorOptions,
} from '../command.ts';

export function addRun(root: Root): void {
  const run = command(
    root,
    'run <design>',
    'computes attention over tensors with the golden model, the RTL, or both',
    async () => (await import('../run.ts')).run,
  );
  tensorOptions(run.addOption(setOption()));
  run
    .option(
      '--threshold <number|file>',
      'real score q.k/sqrt(dim) from which a key is kept; a .npy file holds one a head, or one a head and query, a .json file those of a model (`prunus learn`)',
    )
    .option('--layer <name|number>', 'which layer of a .json file of thresholds or of codebooks')
    .option('--keep <fraction>', 'keep this fraction of the pairs')
    .option(
      '--select <rank|threshold>',
      'with --keep: the best keys of each query (the default where keys can be ranked: HARDSEA), or what reaches one threshold a head',
    )
    .option('--top-k <keys>', 'keep so many keys a query, those of the largest predicted relevance (HARDSEA)')
    .option('--codebook <file|self>', 'what relevance is predicted from (HARDSEA); self: trained on these very tensors')
    .option('--diagonal', 'each query keeps its own key besides (HARDSEA)')
    .option('--dense', 'pruning off (also when neither --threshold nor --keep is given)');
  maskOptions(run);
  run
    .option('--engine <golden|rtl|both>', 'what computes; `both` compares word by word', 'golden')
    .option('--out <file.npy>', 'write the output, float32, in the shape of Q')
    .option('--raw <file.npy>', "write the output's integers, int16 with 16 - valueBits fraction bits")
    .option('--seed <number>', 'of device noise', '1')
    .option('--measured <map.npy>', 'conductances of the cells in siemens, measured instead of drawn (docs/reram.md)')
    .option(
      '--scheme <list>',
      'quantisation: `best`, `plain`, or query=row|head,key=channel|head,value=channel|head,centre=yes|no',
      'best',
    )
    .addOption(systemOption())
    .addOption(systemSetOption())
    .option('--waves <file.fst>', 'write waves of the RTL')
    .option('--waves-window <from:to>', 'cycles of the head to write')
    .option('--waves-head <number>', 'which head', '0');
  run.addHelpText('after', `\nDESIGN is ${designHelp}.\nA preset is sized to the tensors unless --set says otherwise.`);
  examples(run, [
    'prunus run sprint-s --q q.npy --k k.npy --v v.npy --keep 0.25 --engine both --out out.npy',
    'prunus run sprint-s --q q.npy --k k.npy --v v.npy --keep 0.25 --engine both --system memory',
    'prunus run sprint-l --q q.npy --k k.npy --v v.npy --threshold 1.5 --causal --json',
    'prunus run sprint-s --q q.npy --k k.npy --v v.npy --engine rtl --waves waves.fst --waves-window 0:2000',
  ]);
}

export function addVerify(root: Root): void {
  const verify = command(
    root,
    'verify <design>',
    'random data, stalls, thresholds and lengths: RTL against the golden model',
    async () => (await import('../verify.ts')).verify,
  );
  verify
    .addOption(setOption())
    .option('--cases <number>', 'how many', '100')
    .option('--seed <number>', 'the same seed gives the same cases', '1')
    .option('--jobs <number>', 'simulations at the same time', '1')
    .option('--only <case|first:last>', 'only these of the cases of the seed')
    .option('--engine <verilator|icarus>', 'simulator', 'verilator');
  verify.addHelpText('after', `\nDESIGN is ${designHelp}, or a .ts file that exports a component.`);
  examples(verify, [
    'prunus verify sprint-s --cases 200',
    'prunus verify sprint-m --set dim=15 --set tile.rows=8 --cases 50 --seed 7 --jobs 2',
    'prunus verify my-component.ts --json',
  ]);
}

export function addCompare(root: Root): void {
  const compare = command(
    root,
    'compare <designs...>',
    'several designs over the same tensors at the same kept fraction: cycles, attention that is kept, error, fetches',
    async () => (await import('../compare.ts')).compare,
  );
  tensorOptions(compare)
    .option('--keep <fraction>', 'of the pairs', '0.25')
    .option('--select <rank|threshold>', 'of HARDSEA: the best keys of each query, or one threshold a head', 'rank')
    .option('--codebook <file|self>', 'for designs that predict relevance; self: trained on these very tensors', 'self')
    .option('--layer <name|number>', 'which layer of the codebook');
  maskOptions(compare)
    .option('--engine <golden|rtl|both>', 'what computes; cycles of `golden` are predicted', 'golden')
    .option('--seed <number>', 'of device noise', '1');
  examples(compare, [
    'prunus compare sprint-s leopard-ae hardsea --q q.npy --k k.npy --v v.npy --codebook codebook.json --layer 0',
    'prunus compare sprint-s sprint-m --q q.npy --k k.npy --v v.npy --keep 0.1 --engine both --json',
  ]);
}

export function addLearn(root: Root): void {
  const learn = command(
    root,
    'learn',
    'learns thresholds for Universal Sentence Encoder Lite, together with its weights, on labelled texts',
    async (given) =>
      given['codebook'] ? (await import('../learn-codebook.ts')).learnCodebook : (await import('../learn.ts')).learn,
  );
  learn
    .option('--task <name|file.json>', 'sentiment, spam, or a list of {"text", "label"}')
    .option('--out <folder>', 'where results and checkpoints go; a run that was interrupted there goes on')
    .option('--seed <number>', 'the same seed gives the same result', '1')
    .option('--accelerator <preset>', 'whose arithmetic the result is tested in, too; or none', 'leopard-ae')
    .addOption(blasOption())
    .option(
      '--codebook <file.json>',
      'instead: write codebooks of recorded tensors, for designs that predict relevance',
    )
    .addOption(new Option('--q <file.npy>', 'with --codebook: queries, a file for each layer').argParser(collect))
    .addOption(new Option('--k <file.npy>', 'with --codebook: keys').argParser(collect))
    .option(
      '--subspaces <number>',
      'with --codebook: parts that a vector is cut into (default: of two elements each, of one up to a dimension of 16; 64 at most)',
    )
    .option('--centroids <number>', 'with --codebook: centroids of a part, a power of two (default: 32)')
    .option(
      '--mixing <balanced|none>',
      'with --codebook: whether channels are mixed for it (default: balanced, none up to a dimension of 16)',
    )
    .option('--model <name>', 'with --codebook: whose tensors they are', 'tensors')
    .option('--valid-length <tokens>', 'with --codebook: tokens before padding')
    .addOption(
      new Option('--set <name=value>', 'set a parameter of learning (`docs/learn.md`); repeatable').argParser(collect),
    );
  learn.addHelpText(
    'after',
    '\nWrites thresholds.json for `prunus run --threshold`, the weights it belongs to, report.json, and the curves as loss.csv, epochs.csv and plots.' +
      '\nNeeds packages that Prunus does not bring along; it says which.',
  );
  examples(learn, [
    'prunus learn --task sentiment --out rtl-out/sentiment',
    'prunus learn --task spam --set pruning=0.9 --set tokens=32 --seed 7 --out rtl-out/spam --json',
    'prunus learn --task my-texts.json --set method=thresholds --set granularity=layer --out rtl-out/mine',
    'prunus learn --codebook codebook.json --q l0_q.npy --k l0_k.npy --q l1_q.npy --k l1_k.npy',
  ]);
}
