/** The command line. Each command's own code is loaded when it is called. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';

import { collect, command, designHelp, examples, type Root, setOption } from './command.ts';
import { addDevice } from './device/program.ts';
import { fail } from './failure.ts';

const systemOption = () =>
  new Option(
    '--system <stream|memory>',
    'put registers on AXI4-Lite around the design, and its tensors on AXI4-Stream or an AXI4 master, with a C driver (docs/system.md)',
  );
const systemSetOption = () =>
  new Option('--system-set <name=value>', 'set a parameter of the system, such as dataBits=64; repeatable').argParser(
    collect,
  );

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

function addList(root: Root): void {
  const list = command(
    root,
    'list [name]',
    'designs and components; with a name, its parameters with type, range, default and meaning; `devices`: ReRAM devices',
    async () => (await import('./list.ts')).list,
  );
  list.option('--schema', 'print the JSON Schema of the parameters of one design or component');
  examples(list, [
    'prunus list',
    'prunus list sprint-s',
    'prunus list softmax --json',
    'prunus list sprint --schema',
    'prunus list devices',
  ]);
}

function addGenerate(root: Root): void {
  const generate = command(
    root,
    'generate <design>',
    'writes the Verilog of a design, its file lists and manifest.json',
    async () => (await import('./generate.ts')).generate,
  );
  generate
    .addOption(setOption())
    .requiredOption('--out <folder>', 'where to write; replaced as a whole once everything is ready')
    .option('--force', 'replace a folder that something else wrote')
    .option(
      '--flow <list>',
      'files for other programs: all, or some of fusesoc, vivado, yosys, asic, memories, diagram, map, with commas between them',
    )
    .addOption(
      new Option(
        '--flow-set <name=value>',
        'set what these need to know, such as clock=200 or part=xc7a35tcpg236-1 (docs/flows.md); repeatable',
      ).argParser(collect),
    )
    .addOption(systemOption())
    .addOption(systemSetOption());
  generate.addHelpText(
    'after',
    `\nDESIGN is ${designHelp}.\n\nWith --flow` +
      `
  fusesoc   a core description for FuseSoC (CAPI2)
  vivado    a script that makes a Vivado project, and its constraints (XDC)
  yosys     scripts for four targets: generic, ice40, ecp5, xilinx
  asic      constraints (SDC), scripts for Yosys and OpenSTA, liberty and LEF skeletons of the macros
  memories  a list of the memories, bodies made of OpenRAM and fakeram macros, what these compilers read
  diagram   a block diagram of every level (SVG), the hierarchy as text and JSON
  map       where instances, ports and fields of the design are in the Verilog (JSON)
A design file chooses them as well: "flow": {"outputs": ["fusesoc", "yosys"], "clock": 200}.`,
  );
  examples(generate, [
    'prunus generate sprint-s --out rtl-out/sprint-s',
    'prunus generate sprint-l --set tokens=384 --set tile.rows=32 --out rtl-out/lab',
    'prunus generate my-design.ts --out rtl-out/my-design --json',
    'prunus generate sprint-s --flow asic,memories --flow-set clock=200 --out rtl-out/asic',
    'prunus generate sprint-s --system memory --system-set dataBits=64 --out rtl-out/soc',
  ]);
}

function addRun(root: Root): void {
  const run = command(
    root,
    'run <design>',
    'computes attention over tensors with the golden model, the RTL, or both',
    async () => (await import('./run.ts')).run,
  );
  run
    .addOption(setOption())
    .requiredOption(
      '--q <file.npy>',
      'queries, [tokens, dim] or [heads, tokens, dim]; float32, or int8/int16 as quantised',
    )
    .requiredOption('--k <file.npy>', 'keys')
    .requiredOption('--v <file.npy>', 'values')
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
    .option('--dense', 'pruning off (also when neither --threshold nor --keep is given)')
    .option('--causal', 'query i sees keys 0 to i')
    .option('--valid-length <tokens>', 'tokens before padding')
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

function addVerify(root: Root): void {
  const verify = command(
    root,
    'verify <design>',
    'random data, stalls, thresholds and lengths: RTL against the golden model',
    async () => (await import('./verify.ts')).verify,
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

function addCompare(root: Root): void {
  const compare = command(
    root,
    'compare <designs...>',
    'several designs over the same tensors at the same kept fraction: cycles, attention that is kept, error, fetches',
    async () => (await import('./compare.ts')).compare,
  );
  compare
    .requiredOption('--q <file.npy>', 'queries')
    .requiredOption('--k <file.npy>', 'keys')
    .requiredOption('--v <file.npy>', 'values')
    .option('--keep <fraction>', 'of the pairs', '0.25')
    .option('--select <rank|threshold>', 'of HARDSEA: the best keys of each query, or one threshold a head', 'rank')
    .option('--codebook <file|self>', 'for designs that predict relevance; self: trained on these very tensors', 'self')
    .option('--layer <name|number>', 'which layer of the codebook')
    .option('--causal', 'query i sees keys 0 to i')
    .option('--valid-length <tokens>', 'tokens before padding')
    .option('--engine <golden|rtl|both>', 'what computes; cycles of `golden` are predicted', 'golden')
    .option('--seed <number>', 'of device noise', '1');
  examples(compare, [
    'prunus compare sprint-s leopard-ae hardsea --q q.npy --k k.npy --v v.npy --codebook codebook.json --layer 0',
    'prunus compare sprint-s sprint-m --q q.npy --k k.npy --v v.npy --keep 0.1 --engine both --json',
  ]);
}

function addLearn(root: Root): void {
  const learn = command(
    root,
    'learn',
    'learns thresholds for Universal Sentence Encoder Lite, together with its weights, on labelled texts',
    async (given) =>
      given['codebook'] ? (await import('./learn-codebook.ts')).learnCodebook : (await import('./learn.ts')).learn,
  );
  learn
    .option('--task <name|file.json>', 'sentiment, spam, or a list of {"text", "label"}')
    .option('--out <folder>', 'where results and checkpoints go; a run that was interrupted there goes on')
    .option('--seed <number>', 'the same seed gives the same result', '1')
    .option('--accelerator <preset>', 'whose arithmetic the result is tested in, too; or none', 'leopard-ae')
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

function addSynth(root: Root): void {
  const synth = command(
    root,
    'synth <design>',
    'maps a design to gates or to an FPGA with Yosys: area, LUTs, registers, block RAMs, DSPs, what each memory became',
    async () => (await import('./synth.ts')).synth,
  );
  synth
    .addOption(setOption())
    .requiredOption('--target <generic|ice40|ecp5|xilinx|liberty>', 'generic counts gate equivalents (NAND2 = 1)')
    .option('--lib <file.lib|osu018>', 'with --target liberty: the library')
    .option('--sta', 'with --target liberty: timing with OpenSTA, the longest path of the whole and of every module')
    .option('--clock <MHz>', 'with --target liberty: what gates are sized for, and slack refers to (default: 100)')
    .option('--place', 'with --target ice40: place and route with nextpnr, for the clock and how full the chip is')
    .option('--board <hx8k|hx1k|up5k>', 'with --place: the chip', 'hx8k')
    .option('--seed <number>', 'of placement', '1')
    .option('--yosys <native|embedded>', 'which Yosys; default the one on PATH, else the one of the npm package')
    .option('--out <folder>', 'write the netlist, one file a module; replaced as a whole')
    .option('--force', 'replace a folder that something else wrote');
  synth.addHelpText('after', `\nDESIGN is ${designHelp}.`);
  examples(synth, [
    'prunus synth sprint-s --target generic',
    'prunus synth leopard-ae --target xilinx --json',
    'prunus synth examples/sprint-hx8k.json --target ice40 --place --out rtl-out/hx8k',
    'prunus synth sprint-s --target liberty --lib cells.lib --out rtl-out/gates',
    'prunus synth sprint-s --target liberty --lib osu018 --sta --clock 150',
  ]);
}

function addEstimate(root: Root): void {
  const made = command(
    root,
    'estimate <design>',
    'area in gate equivalents, memory bits, cycles and energy, without any tool (docs/asic.md)',
    async () => (await import('./estimate.ts')).estimate,
  );
  made
    .addOption(setOption())
    .option('--q <file.npy>', 'queries; with --k and --v what cycles are counted on')
    .option('--k <file.npy>', 'keys')
    .option('--v <file.npy>', 'values')
    .option('--heads <number>', 'without tensors: how many random heads (default: 1)')
    .option('--keep <fraction>', 'of the pairs (default: 0.25)')
    .option('--dense', 'pruning off')
    .option('--causal', 'query i sees keys 0 to i')
    .option('--codebook <file|self>', 'of designs that predict relevance (default: self)')
    .option('--clock <MHz>', 'cycles are shown as time at it', '100')
    .option('--seed <number>', 'of random heads and of device noise', '1');
  made.addHelpText('after', `\nDESIGN is ${designHelp}.`);
  examples(made, [
    'prunus estimate sprint-s',
    'prunus estimate leopard-ae --set tokens=128 --keep 0.1 --json',
    'prunus estimate sprint-m --q q.npy --k k.npy --v v.npy --keep 0.2',
  ]);
}

function addPower(root: Root): void {
  const made = command(
    root,
    'power <design>',
    'power of a design made of cells while it computes a head: activity of every cell from a simulation (docs/asic.md)',
    async () => (await import('./power.ts')).power,
  );
  made
    .addOption(setOption())
    .option('--lib <file.lib|osu018>', 'the library', 'osu018')
    .option('--clock <MHz>', 'the clock (default: 100)')
    .option('--q <file.npy>', 'queries; with --k and --v what is computed (default: a random head)')
    .option('--k <file.npy>', 'keys')
    .option('--v <file.npy>', 'values')
    .option('--head <number>', 'which head of the tensors', '0')
    .option('--keep <fraction>', 'of the pairs (default: 0.25)')
    .option('--dense', 'pruning off')
    .option('--causal', 'query i sees keys 0 to i')
    .option('--codebook <file|self>', 'of designs that predict relevance (default: self)')
    .option('--seed <number>', 'of the random head and of device noise', '1');
  made.addHelpText('after', `\nDESIGN is ${designHelp}. It is sized to the tensors.`);
  examples(made, [
    'prunus power sprint-s --set dim=8 --set tokens=16',
    'prunus power leopard-ae --q q.npy --k k.npy --v v.npy --keep 0.25 --json',
  ]);
}

function addDiagram(root: Root): void {
  const diagram = command(
    root,
    'diagram <design>',
    'draws the block diagram of one level of a design as SVG',
    async () => (await import('./diagram.ts')).diagram,
  );
  diagram
    .addOption(setOption())
    .option('--level <instance>', 'the level of this instance, such as corelet0 or memory.channel0; default the top')
    .requiredOption('--out <file.svg>', 'where to write');
  diagram.addHelpText('after', `\nDESIGN is ${designHelp}.`);
  examples(diagram, [
    'prunus diagram sprint-s --out sprint-s.svg',
    'prunus diagram sprint-l --level corelet0 --out corelet.svg',
  ]);
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
