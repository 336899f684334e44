/** The registers of a system around a design. */
import { addressWires } from '../components/layer-fetch/layer-fetch.ts';
import { headSettings, headWords } from '../components/head-settings.ts';
import {
  type FieldSpec,
  type GroupSpec,
  type RegisterMap,
  registerMap,
  type RegisterSpec,
} from '../components/register-map.ts';
import { hashText } from '../numerics/hash.ts';
import { thresholdParts } from '../components/head-issue/head-issue.ts';
import { trimBits } from '../components/query-join/query-join.ts';
import { indexBits } from '../components/payloads.ts';
import type { AttentionCore } from './core.ts';
import type { SystemOptions } from './options.ts';

/** First register of every system: the letters PRNS, the first in the highest byte. */
export const identification = 0x50524e53;
/** Of the registers' layout: major in the upper half, minor in the lower. */
export const layoutVersion = 0x0001_0000;

const rw = (bits: number, description: string, more: Partial<FieldSpec> = {}): FieldSpec => ({
  bits,
  access: 'rw',
  description,
  ...more,
});
const ro = (bits: number, description: string, low?: number): FieldSpec => ({
  bits,
  access: 'ro',
  description,
  ...(low === undefined ? {} : { low }),
});
const constant = (bits: number, value: number, description: string, low?: number): FieldSpec => ({
  bits,
  access: 'constant',
  value,
  description,
  ...(low === undefined ? {} : { low }),
});
const flag = (access: 'pulse' | 'w1c' | 'ro' | 'rw', description: string): FieldSpec => ({
  bits: 1,
  access,
  description,
});
const one = (description: string, field: FieldSpec, locked = false): RegisterSpec => ({
  description,
  locked,
  fields: { value: field },
});

/** Stands for everything that a design was made with. */
export const parameterHash = (core: AttentionCore, options: SystemOptions): number =>
  hashText(JSON.stringify([core.part.definition.name, core.part.parameters, options]));

function identificationGroup(core: AttentionCore, options: SystemOptions): GroupSpec {
  const memory = options.kind === 'memory';
  return {
    title: 'Identification',
    at: 0,
    registers: {
      identification: one('The letters PRNS.', constant(32, identification, 'the same for every design')),
      version: {
        description: "Version of the registers' layout.",
        fields: {
          minor: constant(16, layoutVersion % 65536, 'grows with what is added'),
          major: constant(16, Math.floor(layoutVersion / 65536), 'grows with what is changed'),
        },
      },
      parameter_hash: one(
        'Stands for the parameters that the design was made with.',
        constant(32, parameterHash(core, options), 'hash'),
      ),
      size: {
        description: 'Sizes of the design.',
        fields: {
          tokens: constant(16, core.tokens, 'most tokens of a head'),
          dim: constant(16, core.dim, 'elements of a vector'),
        },
      },
      interface: {
        description: 'How tensors come and go.',
        fields: {
          memory: constant(1, memory ? 1 : 0, '1: by an AXI4 master, 0: by AXI4-Stream'),
          data_bytes: constant(8, options.dataBits / 8, 'bytes of a transfer', 8),
          address_bits: constant(8, memory ? options.addressBits : 0, 'bits of an address', 16),
        },
      },
    },
  };
}

const errors = (memory: boolean): Record<string, FieldSpec> => ({
  busy: flag('w1c', 'started while a run, or a reset, was under way; the start had no effect'),
  size: flag('w1c', 'started with no heads, no tokens, or more tokens than there is room for; nothing began'),
  ...(memory
    ? {
        alignment: flag('w1c', 'started with a base or stride that is no multiple of a transfer; nothing began'),
        read: flag('w1c', 'a read was answered with an error; the results of the run are not to be used'),
        write: flag('w1c', 'a write was answered with an error'),
      }
    : {
        frame: flag('w1c', 'a packet ended within a head, or bytes of a row were missing; results are not to be used'),
      }),
});

function controlGroup(memory: boolean): GroupSpec {
  return {
    title: 'Control',
    at: 0x20,
    registers: {
      control: {
        description: 'Starts and stops.',
        fields: {
          start: flag('pulse', 'starts a run of HEADS heads as the registers describe it'),
          soft_reset: flag(
            'pulse',
            'ends a run at once: transactions under way are completed, all that computes is reset, registers stay',
          ),
        },
      },
      status: {
        description: 'What goes on.',
        fields: {
          busy: flag('ro', 'a run is under way'),
          resetting: flag('ro', 'a soft reset is under way'),
          heads_done: ro(16, 'heads of this run, or of the last, that have ended', 16),
        },
      },
      interrupt_enable: {
        description: 'Which events raise the interrupt.',
        fields: { done: flag('rw', 'the end of a run'), error: flag('rw', 'an error') },
      },
      interrupt_status: {
        description: 'Events since they were cleared; a 1 that is written clears.',
        fields: { done: flag('w1c', 'a run has ended'), error: flag('w1c', 'ERROR says which') },
      },
      error: { description: 'Errors since they were cleared; a 1 that is written clears.', fields: errors(memory) },
    },
  };
}

function runGroup(core: AttentionCore, memory: boolean): GroupSpec {
  const locked = (description: string, fields: Record<string, FieldSpec>): RegisterSpec => ({
    description,
    locked: true,
    fields,
  });
  return {
    title: 'Run',
    at: 0x40,
    registers: {
      heads: one('Heads that a run has.', rw(16, '1 to 65535', { value: 1 }), true),
      length: one(
        'Tokens of a head, without padding.',
        rw(indexBits(core.tokens + 1), `1 to ${core.tokens}`, { value: core.tokens }),
        true,
      ),
      mask: locked('Which keys a query sees, and what is done with thresholds.', {
        causal: flag('rw', 'query i sees keys 0 to i only'),
        prune: flag('rw', '0 keeps every key that the masks leave'),
        per_query: flag(
          'rw',
          'multiplier and threshold come one a query from the table of scales, not from registers or records',
        ),
        ...(memory
          ? { from_record: flag('rw', 'settings of each head come from its record in memory, not from registers') }
          : {}),
        ...(core.codebook ? { program: flag('rw', 'each head comes with a codebook') } : {}),
      }),
      ...(memory
        ? {
            group: one(
              'Heads of queries that share a head of keys and values.',
              rw(16, '1 to 65535', { value: 1 }),
              true,
            ),
          }
        : {}),
      calibration: locked(
        'What thresholds are moved by: a guard band, or what the comparators of a chip have in common.',
        {
          trim: rw(trimBits(core.thresholdBits), 'added to the threshold of every query, saturating', { signed: true }),
        },
      ),
    },
  };
}

const settingNotes: Readonly<Record<string, string>> = {
  score_shift: 'scores are (dot * multiplier + half) >> score_shift; 0 to 52',
  exponent_shift: 'scores have 8 - exponent_shift fraction bits; 0 to 12',
  key_ramp: 'slope of the reference when vectors are clustered',
  query_ramp: "slope of the reference when a query's sub-scores are read",
  noise_seed: "seed of the devices' noise, in simulation",
  threshold: 'what a key must reach to be kept',
  threshold_high: 'its upper bits',
  multiplier: 'turns dot products into scores',
  top_k: 'keys that each query keeps; 0: those that reach the threshold',
  diagonal: "each query's own key is kept besides",
};

const settingRegisters: readonly (readonly [name: string, description: string])[] = [
  ['head_scale', 'Word 0 of the settings of a head.'],
  ['head_seed', 'Word 1 of the settings of a head.'],
  ['head_threshold', 'Word 2 of the settings of a head: the threshold of all its queries.'],
  ['head_query', 'Word 3 of the settings of a head: the multiplier of all its queries.'],
  ['head_ranking', 'Word 4 of the settings of a head.'],
];

/** The settings of a head that a design has: where they lie, and with how many bits. */
export function settingsOf(core: AttentionCore) {
  const bits = new Map<string, number>([
    ...Object.entries(core.configure.fields).map(([name, f]): [string, number] => [name, f.width]),
    ...thresholdParts(core.thresholdBits),
    ['multiplier', 16],
  ]);
  return headSettings.flatMap((s) => {
    const own = bits.get(s.name);
    return own === undefined
      ? []
      : [{ ...s, bits: own, description: settingNotes[s.name]!, register: settingRegisters[s.word]![0] }];
  });
}

function settingGroup(core: AttentionCore): GroupSpec {
  const all = settingsOf(core);
  const registers = settingRegisters.map(([name, description], word): [string, RegisterSpec] => {
    const fields = all
      .filter((s) => s.word === word)
      .map((s): [string, FieldSpec] => [
        s.name,
        rw(s.bits, s.description, {
          low: s.low,
          signed: s.name === (core.thresholdBits > 32 ? 'threshold_high' : 'threshold'),
        }),
      ]);
    return [name, { description, locked: true, fields: Object.fromEntries(fields) }];
  });
  return {
    title: `Settings of a head (a record in memory has these words, ${headWords} in all)`,
    at: 0x60,
    registers: Object.fromEntries(registers),
  };
}

const tensorNotes: Readonly<Record<string, string>> = {
  q: 'queries',
  k: 'keys',
  v: 'values',
  o: 'results',
  scales: 'the table of scales: 8 bytes a query, 48 bits of threshold and 16 of multiplier',
  records: 'the records of heads',
  codebook: 'the codebooks',
};

function addressGroup(core: AttentionCore, address: number): GroupSpec {
  const tensors: [string, boolean, boolean][] = [
    ['q', true, true],
    ['k', true, true],
    ['v', true, true],
    ['o', true, true],
    ['scales', false, true],
    ['records', false, false],
    ...(core.codebook ? [['codebook', false, true] satisfies [string, boolean, boolean]] : []),
  ];
  const note = (wire: string, name: string): string =>
    wire.endsWith('_row_stride')
      ? `Bytes from a row of ${tensorNotes[name]} to the next.`
      : wire.endsWith('_head_stride')
        ? `Bytes from a head of ${tensorNotes[name]} to the next.`
        : `${wire.endsWith('_high') ? 'Upper bits of the address' : 'Address'} of ${tensorNotes[name]}.`;
  const registers = tensors.flatMap(([name, row, head]) =>
    addressWires(name, address, row, head).map(([wire, bits]): [string, RegisterSpec] => [
      wire,
      one(note(wire, name), rw(bits, 'a multiple of a transfer'), true),
    ]),
  );
  return { title: 'Memory', at: 0x80, registers: Object.fromEntries(registers) };
}

const counterNotes: Readonly<Record<string, string>> = {
  load_cycles: 'Cycles in which keys and values were loaded.',
  cycles: 'Cycles from the first query of a head until its last result had left.',
  stall_cycles: 'Cycles in which something that could have computed had to wait for what it computes with.',
  keys_kept: 'Keys kept.',
  keys_fetched: 'Keys fetched from main memory.',
  keys_reused: 'Keys found on chip.',
  values_fetched: 'Values fetched from main memory.',
  values_reused: 'Values found on chip.',
  groups_histogram: 'Keys that ended with this group of their bits.',
};

function counterGroup(core: AttentionCore): GroupSpec {
  const count = (description: string): RegisterSpec => one(description, ro(32, 'count, modulo 2^32'));
  const own = core.counters.map(({ name, port, index }): [string, RegisterSpec] => {
    const note = counterNotes[port] ?? `The counter ${port} of the design.`;
    return [
      `count_${name}`,
      count(`${note.slice(0, -1)}${index === undefined ? '' : `, number ${index}`}; over the heads of a run.`),
    ];
  });
  return {
    title: 'Counters of the run under way, or of the last',
    at: 0x100,
    registers: {
      busy_cycles: count('Cycles from start to end of the run.'),
      rows_empty: count('Queries that kept no key.'),
      ...Object.fromEntries(own),
    },
  };
}

/** The register map of a design in a system. `name` is the design's. */
export function systemRegisters(name: string, core: AttentionCore, options: SystemOptions): RegisterMap {
  const memory = options.kind === 'memory';
  const description = `Registers of ${name}: ${core.part.definition.summary}`;
  return registerMap(name, description, [
    identificationGroup(core, options),
    controlGroup(memory),
    runGroup(core, memory),
    settingGroup(core),
    ...(memory ? [addressGroup(core, options.addressBits)] : []),
    counterGroup(core),
  ]);
}
