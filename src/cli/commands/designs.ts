/** What designs there are, and their files. */
import { Option } from 'commander';
import {
  collect,
  command,
  designHelp,
  examples,
  type Root,
  setOption,
  systemOption,
  systemSetOption,
} from '../command.ts';

export function addList(root: Root): void {
  const list = command(
    root,
    'list [name]',
    'designs and components; with a name, its parameters with type, range, default and meaning; `devices`: ReRAM devices',
    async () => (await import('../list.ts')).list,
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

export function addGenerate(root: Root): void {
  const generate = command(
    root,
    'generate <design>',
    'writes the Verilog of a design, its file lists and manifest.json',
    async () => (await import('../generate.ts')).generate,
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

export function addDiagram(root: Root): void {
  const diagram = command(
    root,
    'diagram <design>',
    'draws the block diagram of one level of a design as SVG',
    async () => (await import('../diagram.ts')).diagram,
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
