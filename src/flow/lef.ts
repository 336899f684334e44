/** A LEF skeleton of a macro: an estimated outline with its pins, for floorplans. */
import type { NetModule } from '../dsl/netlist.ts';
import { macroShape, pinsOf } from './macro-shape.ts';
import { fixed, type FlowSettings } from './settings.ts';

const layer = 'metal3';
const supplies = [
  { name: 'VDD', use: 'POWER' },
  { name: 'VSS', use: 'GROUND' },
];

export function lef(module: NetModule, settings: FlowSettings): string {
  const { width, height, pitch, derivation } = macroShape(module, settings);
  const size = pitch / 4;
  const pin = (name: string, direction: string, use: string, x: number, y: number): string[] => [
    `  PIN ${name}`,
    `    DIRECTION ${direction} ;`,
    `    USE ${use} ;`,
    '    PORT',
    `      LAYER ${layer} ;`,
    `        RECT ${fixed(x)} ${fixed(y - size / 2)} ${fixed(x + size)} ${fixed(y + size / 2)} ;`,
    '    END',
    `  END ${name}`,
  ];
  const pins = pinsOf(module);
  const side = (input: boolean): string[] =>
    pins
      .filter((p) => p.input === input)
      .flatMap(({ name }, i) =>
        pin(
          name,
          input ? 'INPUT' : 'OUTPUT',
          name === 'clk' ? 'CLOCK' : 'SIGNAL',
          input ? 0 : width - size,
          (i + 1) * pitch,
        ),
      );
  const rails = supplies.flatMap(({ name, use }, i) =>
    pin(name, 'INOUT', use, (width * (i + 1)) / 3, height - size / 2),
  );
  return [
    `# SKELETON of ${module.name}: an outline to plan with; the macro's own LEF takes its place.`,
    `# Area: ${derivation}.`,
    `# Pins on ${layer} at ${fixed(pitch)} um, inputs left, outputs right; supplies at the top. All of it is blocked below.`,
    'VERSION 5.7 ;',
    'BUSBITCHARS "[]" ;',
    'DIVIDERCHAR "/" ;',
    `MACRO ${module.name}`,
    '  CLASS BLOCK ;',
    '  ORIGIN 0 0 ;',
    `  FOREIGN ${module.name} 0 0 ;`,
    `  SIZE ${fixed(width)} BY ${fixed(height)} ;`,
    '  SYMMETRY X Y ;',
    ...side(true),
    ...side(false),
    ...rails,
    '  OBS',
    ...['metal1', 'metal2'].map((name) => `    LAYER ${name} ;\n      RECT 0 0 ${fixed(width)} ${fixed(height)} ;`),
    '  END',
    `END ${module.name}`,
    'END LIBRARY',
    '',
  ].join('\n');
}
