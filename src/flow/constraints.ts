/** SDC for ASIC flows, and the same as XDC for Vivado: the clock, delays of the other ports, and the reset as a false path. */
import { fieldWidth } from '../dsl/kinds.ts';
import { portSignals } from '../emit/verilog.ts';
import { type FlowDesign, topOf } from './design.ts';
import { fixed, period } from './settings.ts';

/** `name` or `name[*]`, one a line. */
const portList = (names: readonly string[]): string => `[get_ports { \\\n${names.map((n) => `  ${n} \\\n`).join('')}}]`;

export function constraints(design: FlowDesign, format: 'SDC' | 'XDC'): string {
  const { settings } = design;
  const signals = portSignals(topOf(design));
  const names = (input: boolean) =>
    signals.filter((s) => s.input === input).map((s) => (fieldWidth(s.field) > 1 ? `${s.name}[*]` : s.name));
  const outside = fixed(period(settings) * settings.ioDelay);
  const delays = (command: string, ports: readonly string[]) =>
    ports.length === 0
      ? []
      : [
          `${command} -clock clk -max ${outside} ${portList(ports)}`,
          `${command} -clock clk -min 0.000 ${portList(ports)}`,
        ];
  return [
    `# ${format} of ${design.netlist.top}: ${settings.clock} MHz. Times in ns.`,
    `create_clock -name clk -period ${fixed(period(settings))} [get_ports clk]`,
    ...(settings.uncertainty > 0 ? [`set_clock_uncertainty ${fixed(settings.uncertainty)} [get_clocks clk]`] : []),
    '',
    `# Outside of the module, ${settings.ioDelay} of a period passes before inputs arrive, and after outputs have left.`,
    ...delays('set_input_delay', names(true)),
    ...delays('set_output_delay', names(false)),
    '',
    '# The reset is asynchronous. Whoever drives it releases it well before a clock edge, or behind a synchroniser.',
    'set_false_path -from [get_ports rst_n]',
    '',
  ].join('\n');
}
