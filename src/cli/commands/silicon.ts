/** What a design becomes in gates or on an FPGA. */
import { command, designHelp, examples, type Root, setOption, tensorOptions } from '../command.ts';

export function addSynth(root: Root): void {
  const synth = command(
    root,
    'synth <design>',
    'maps a design to gates or to an FPGA with Yosys: area, LUTs, registers, block RAMs, DSPs, what each memory became',
    async () => (await import('../synth.ts')).synth,
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

export function addEstimate(root: Root): void {
  const made = command(
    root,
    'estimate <design>',
    'area in gate equivalents, memory bits, cycles and energy, without any tool (docs/asic.md)',
    async () => (await import('../estimate.ts')).estimate,
  );
  tensorOptions(made.addOption(setOption()), 'queries; with --k and --v what cycles are counted on')
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

export function addPower(root: Root): void {
  const made = command(
    root,
    'power <design>',
    'power of a design made of cells while it computes a head: activity of every cell from a simulation (docs/asic.md)',
    async () => (await import('../power.ts')).power,
  );
  made
    .addOption(setOption())
    .option('--lib <file.lib|osu018>', 'the library', 'osu018')
    .option('--clock <MHz>', 'the clock (default: 100)');
  tensorOptions(made, 'queries; with --k and --v what is computed (default: a random head)')
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
