/** A liberty skeleton of a macro: its pins as they are, area estimated, times as a budget. */
import { fieldWidth } from '../dsl/kinds.ts';
import type { NetModule } from '../dsl/netlist.ts';
import { portSignals } from '../emit/verilog.ts';
import { macroShape } from './macro-shape.ts';
import { fixed, type FlowSettings, period } from './settings.ts';

const scalar = (name: string, value: string): string => `        ${name}(scalar) { values("${value}"); }`;

const timing = (type: string, tables: readonly string[]): string[] => [
  '      timing() {',
  '        related_pin : "clk";',
  `        timing_type : ${type};`,
  ...tables,
  '      }',
];

export function liberty(module: NetModule, settings: FlowSettings): string {
  const shape = macroShape(module, settings);
  const signals = portSignals(module);
  const setup = fixed(period(settings) * settings.macroSetup);
  const access = fixed(period(settings) * settings.macroAccess);
  const constraint = (value: string) => [scalar('rise_constraint', value), scalar('fall_constraint', value)];
  const arrival = ['cell_rise', 'cell_fall'].map((t) => scalar(t, access));
  const slopes = ['rise_transition', 'fall_transition'].map((t) => scalar(t, '0.100'));
  const input = [
    '      direction : input;',
    '      capacitance : 0.010;',
    ...timing('setup_rising', constraint(setup)),
    ...timing('hold_rising', constraint('0.000')),
  ];
  const output = [
    '      direction : output;',
    '      max_capacitance : 1.000;',
    ...timing('rising_edge', [...arrival, ...slopes]),
  ];
  const ports = signals.flatMap((s) => {
    const width = fieldWidth(s.field);
    const head = width === 1 ? [`    pin(${s.name}) {`] : [`    bus(${s.name}) {`, `      bus_type : bus_${width};`];
    return [...head, ...(s.input ? input : output), '    }'];
  });
  const widths = [...new Set(signals.map((s) => fieldWidth(s.field)))].filter((w) => w > 1).toSorted((a, b) => a - b);
  return [
    '/*',
    ` * SKELETON of ${module.name}: replace it by what characterises the macro.`,
    ' *   pins    of the Verilog module',
    ` *   area    ${shape.derivation}`,
    ` *   times   a budget, no measurement: inputs ${settings.macroSetup} of ${fixed(period(settings))} ns early, outputs ${settings.macroAccess} of it late`,
    ' *   loads   placeholders; no power, no leakage',
    ' */',
    `library(${module.name}) {`,
    '  technology(cmos);',
    '  delay_model : table_lookup;',
    '  time_unit : "1ns";',
    '  voltage_unit : "1V";',
    '  current_unit : "1mA";',
    '  pulling_resistance_unit : "1kohm";',
    '  leakage_power_unit : "1nW";',
    '  capacitive_load_unit(1, pf);',
    '  nom_process : 1.0;',
    '  nom_voltage : 1.8;',
    '  nom_temperature : 25.0;',
    '  input_threshold_pct_rise : 50.0;',
    '  input_threshold_pct_fall : 50.0;',
    '  output_threshold_pct_rise : 50.0;',
    '  output_threshold_pct_fall : 50.0;',
    '  slew_lower_threshold_pct_rise : 20.0;',
    '  slew_lower_threshold_pct_fall : 20.0;',
    '  slew_upper_threshold_pct_rise : 80.0;',
    '  slew_upper_threshold_pct_fall : 80.0;',
    ...widths.flatMap((w) => [
      `  type(bus_${w}) {`,
      '    base_type : array;',
      '    data_type : bit;',
      `    bit_width : ${w};`,
      `    bit_from : ${w - 1};`,
      '    bit_to : 0;',
      '    downto : true;',
      '  }',
    ]),
    `  cell(${module.name}) {`,
    `    area : ${fixed(shape.width * shape.height)};`,
    '    is_macro_cell : true;',
    '    interface_timing : true;',
    '    dont_use : true;',
    '    dont_touch : true;',
    '    pin(clk) {',
    '      direction : input;',
    '      clock : true;',
    '      capacitance : 0.010;',
    '    }',
    '    pin(rst_n) {',
    '      direction : input;',
    '      capacitance : 0.010;',
    '    }',
    ...ports,
    '  }',
    '}',
    '',
  ].join('\n');
}
