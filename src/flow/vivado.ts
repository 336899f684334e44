/** A Vivado project: a Tcl script that makes it from the synthesizable files, and its constraints. */
import { selectFiles } from '../emit/design.ts';
import { constraints } from './constraints.ts';
import type { FlowDesign, FlowFile } from './design.ts';

export function vivado(design: FlowDesign): FlowFile[] {
  const { top } = design.netlist;
  return [
    { path: `vivado/${top}.tcl`, text: script(design) },
    { path: `vivado/${top}.xdc`, text: constraints(design, 'XDC') },
  ];
}

function script({ netlist: { top }, files, settings }: FlowDesign): string {
  const sources = selectFiles(files, 'emulation').map((f) => `  ${f.path} \\`);
  return `# Makes a Vivado project of ${top}, with the integer equivalents of analog arrays in place of these.
#
#   vivado -mode batch -source vivado/${top}.tcl                   the project only
#   vivado -mode batch -source vivado/${top}.tcl -tclargs synth    and synthesis
#   vivado -mode batch -source vivado/${top}.tcl -tclargs impl     and implementation
#
# The project and its reports go into vivado/project, next to this script, wherever it is called from.
set here [file dirname [file normalize [info script]]]
set root [file dirname $here]
set project [file join $here project]
set sources [list \\
${sources.join('\n')}
]

create_project ${top} $project -part ${settings.part} -force
foreach source $sources {
  add_files -norecurse -fileset sources_1 [file join $root $source]
}
add_files -norecurse -fileset constrs_1 [file join $here ${top}.xdc]
set_property top ${top} [get_filesets sources_1]
update_compile_order -fileset sources_1

# The module is a part of a system: its ports are no pins.
set_property -name {STEPS.SYNTH_DESIGN.ARGS.MORE OPTIONS} -value {-mode out_of_context} -objects [get_runs synth_1]

set goal [expr {[info exists argv] ? [lindex $argv 0] : ""}]
if {$goal eq "synth" || $goal eq "impl"} {
  launch_runs synth_1
  wait_on_run synth_1
  open_run synth_1
  report_utilization -hierarchical -file [file join $project utilization_synth.txt]
  report_timing_summary -file [file join $project timing_synth.txt]
}
if {$goal eq "impl"} {
  launch_runs impl_1
  wait_on_run impl_1
  open_run impl_1
  report_utilization -hierarchical -file [file join $project utilization_impl.txt]
  report_timing_summary -file [file join $project timing_impl.txt]
}
`;
}
