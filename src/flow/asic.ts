/** Everything of the ASIC flow but memories: constraints, skeletons of macros, a synthesis and a timing script. */
import { constraints } from './constraints.ts';
import { type FlowDesign, type FlowFile, macrosOf } from './design.ts';
import { lef } from './lef.ts';
import { liberty } from './liberty.ts';
import { fixed, period } from './settings.ts';

export function asic(design: FlowDesign): FlowFile[] {
  const { netlist, settings } = design;
  const macros = macrosOf(design);
  return [
    { path: `asic/${netlist.top}.sdc`, text: constraints(design, 'SDC') },
    { path: 'asic/synth.tcl', text: synthesis(design) },
    {
      path: 'asic/sta.tcl',
      text: timing(
        design,
        macros.map((m) => m.name),
      ),
    },
    ...macros.flatMap((m) => [
      { path: `asic/lib/${m.name}.lib`, text: liberty(m, settings) },
      { path: `asic/lef/${m.name}.lef`, text: lef(m, settings) },
    ]),
  ];
}

const synthesis = ({
  netlist: { top },
  settings,
}: FlowDesign): string => `# Synthesis of ${top} with Yosys; macros are black boxes. In the folder above this one:
#
#   LIBERTY=cells.lib DRIVER=BUFX2 yosys -q -c asic/synth.tcl
#
# LIBERTY  the standard cells; without it the result is in Yosys' own gates
# DRIVER   a cell that stands for what drives the inputs; with it large fan-outs are buffered
# FILES    another file list, such as ${top}_asic_openram.f
yosys -import
set files [expr {[info exists ::env(FILES)] ? $::env(FILES) : "${top}_asic.f"}]
set channel [open $files]
foreach source [split [string trim [read $channel]] "\\n"] { read_verilog $source }
close $channel
hierarchy -check -top ${top}
if {[info exists ::env(LIBERTY)]} {
  synth -top ${top} -noabc
  check -assert
  set liberty $::env(LIBERTY)
  dfflibmap -liberty $liberty
  if {[info exists ::env(DRIVER)]} {
    set channel [open asic/abc.constr w]
    puts $channel "set_driving_cell $::env(DRIVER)\\nset_load 0.05 \\[all_outputs\\]"
    close $channel
    abc -liberty $liberty -D ${Math.round(1000 * period(settings))} -constr asic/abc.constr
  } else {
    abc -liberty $liberty -D ${Math.round(1000 * period(settings))}
  }
  # OpenSTA reads neither x nor assignments to concatenations.
  setundef -zero
  splitnets
  opt_clean -purge
  tee -q -o asic/${top}_area.txt stat -liberty $liberty
} else {
  synth -top ${top}
  check -assert
  tee -q -o asic/${top}_area.txt stat
}
write_verilog -noattr -noexpr -nohex -nodec -simple-lhs asic/${top}_netlist.v
`;

const timing = (
  { netlist: { top }, settings }: FlowDesign,
  macros: readonly string[],
): string => `# Timing of what asic/synth.tcl made of ${top}, before layout: no wire has a length. In the folder above this one:
#
#   LIBERTY=cells.lib sta -exit -no_splash asic/sta.tcl
#
# The times of macros are the budget of their skeletons in asic/lib, at ${settings.clock} MHz (${fixed(period(settings))} ns).
read_liberty $::env(LIBERTY)
${macros.map((m) => `read_liberty asic/lib/${m}.lib\n`).join('')}read_verilog asic/${top}_netlist.v
link_design ${top}
read_sdc asic/${top}.sdc
report_checks -path_delay max
report_wns
report_tns
`;
