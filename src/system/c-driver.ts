/** The C side of a system: a header of its registers, and a driver. */
import type { TemplateReader } from '../emit/leaf.ts';
import { renderTemplate } from '../emit/leaf.ts';
import { headRecordBytes } from '../components/head-settings.ts';
import { containerBits } from '../components/axi.ts';
import { scaleWordBytes, wholeBeats } from '../components/layer-fetch/layer-fetch.ts';
import { fieldMask, type RegisterField, type RegisterMap } from '../components/register-map.ts';
import { settingsOf } from './registers.ts';
import type { System } from './system.ts';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const upper = (name: string): string => name.toUpperCase();

/** What a field allows, in words. */
export const accessNote: Readonly<Record<RegisterField['access'], string>> = {
  rw: 'read and write',
  ro: 'read only',
  constant: 'read only, constant',
  pulse: 'write 1 to act, reads as 0',
  w1c: 'write 1 to clear',
};

const hex = (value: number): string => `0x${value.toString(16)}`;

function registersView(map: RegisterMap) {
  return {
    name: map.name,
    NAME: upper(map.name),
    groups: map.groups.map(({ title, registers }) => ({
      title,
      registers: registers.map((r) => ({
        NAME: upper(r.name),
        description: r.description,
        offset: `0x${r.offset.toString(16).padStart(3, '0')}`,
        fields: r.fields.map((f) => ({
          NAME: upper(f.port),
          note: `${f.name === 'value' ? upper(r.name) : `${upper(r.name)}.${upper(f.name)}`}: ${f.description}; ${accessNote[f.access]}`,
          mask: hex(fieldMask(f)),
          low: f.low,
          constant: f.access === 'constant',
          value: hex(f.value),
        })),
      })),
    })),
  };
}

const cType = (bits: number): string => (bits === 1 ? 'bool' : `uint${bits <= 8 ? 8 : bits <= 16 ? 16 : 32}_t`);

/** Settings as C has them: a threshold in one piece, signed. */
function settingsView({ core }: System) {
  const all = settingsOf(core);
  return all
    .filter((s) => s.name !== 'threshold_high')
    .map((s) => {
      const isThreshold = s.name === 'threshold';
      const high = isThreshold ? all.filter((h) => h.name === 'threshold_high') : [];
      const part = (of: (typeof all)[number], shift: number) => ({
        word: of.word,
        shift,
        REGISTER: upper(`${of.register}_${of.name}`),
      });
      return {
        name: s.name,
        type: isThreshold ? 'int64_t' : cType(s.bits),
        description: s.description,
        parts: [part(s, 0), ...high.map((h) => part(h, 32))],
      };
    });
}

const tensorNames = ['q', 'k', 'v', 'o'] as const;

/** What the driver's templates are given. */
export function driverView(system: System) {
  const { core, options, map } = system;
  const memory = options.kind === 'memory';
  const bytes = options.dataBits / 8;
  const registers = map.groups.flatMap((g) => g.registers);
  const settingNames = ['head_scale', 'head_seed', 'head_threshold', 'head_query', 'head_ranking'];
  const counters = map.groups.find((g) => g.title.startsWith('Counters'))!.registers;
  return {
    name: map.name,
    NAME: upper(map.name),
    memory,
    high: memory && options.addressBits > 32,
    codebook: core.codebook !== undefined,
    tokens: core.tokens,
    dim: core.dim,
    bytes,
    queryElement: containerBits(core.queryBits) / 8,
    keyElement: containerBits(core.keyBits) / 8,
    valueElement: containerBits(core.valueBits) / 8,
    scaleWord: scaleWordBytes(bytes),
    record: wholeBeats(headRecordBytes, bytes),
    columns: core.codebook?.columns ?? 0,
    column: core.codebook ? wholeBeats(core.codebook.columnBytes, bytes) : 0,
    settings: settingsView(system),
    settingRegisters: settingNames
      .map((name, word) => ({ NAME: upper(name), word }))
      .filter(({ word }) => registers.find((r) => r.name === settingNames[word])!.fields.length > 0),
    tensors: memory ? tensorNames.map((name) => ({ name, NAME: upper(name) })) : [],
    counters: counters.map((r) => ({
      name: r.name.replace(/^count_/, ''),
      REGISTER: upper(r.name),
      description: r.description,
    })),
  };
}

/** `<name>_registers.h`, `<name>.h` and `<name>.c`. */
export function driverFiles(system: System, read: TemplateReader): TextFile[] {
  const { name } = system.map;
  const file = (path: string, template: string, view: Readonly<Record<string, unknown>>): TextFile => ({
    path,
    text: renderTemplate(read(template), view, template),
  });
  const driver = driverView(system);
  return [
    file(`${name}_registers.h`, 'system/registers.h.hbs', registersView(system.map)),
    file(`${name}.h`, 'system/driver.h.hbs', driver),
    file(`${name}.c`, 'system/driver.c.hbs', driver),
  ];
}
