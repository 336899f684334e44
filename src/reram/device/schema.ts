/**
 * What a ReRAM device is, as data: every number with its unit and where it comes from, so that a table of results can
 * say so. `presets.ts` has the published ones; a user writes the same object in TypeScript or JSON (`parseDevice`).
 *
 * Errors: PR0901 a description that does not fit, one problem a field; PR0902 values that contradict each other.
 */
import { z } from 'zod';
import { type Problem, ProblemsError } from '../../errors.ts';

/** What one of each unit is in siemens, volts, seconds, joules, kelvin, ohms, or plain. */
const units = {
  siemens: { S: 1, mS: 1e-3, uS: 1e-6, nS: 1e-9 },
  ohms: { ohm: 1, kohm: 1e3, Mohm: 1e6 },
  volts: { V: 1, mV: 1e-3 },
  seconds: { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9, ps: 1e-12 },
  joules: { J: 1, pJ: 1e-12, fJ: 1e-15 },
  kelvin: { K: 1 },
  fraction: { fraction: 1, percent: 0.01 },
  count: { levels: 1, pulses: 1, cycles: 1 },
  metres: { m: 1, nm: 1e-9 },
} as const;

type Dimension = keyof typeof units;

/** How well a number is known: measured with the tool named, read in its source, on a public page, derived, assumed. */
export const marks = ['run', 'repo', 'page', 'derived', 'choice', 'memory'] as const;

const mark = z.enum(marks).optional().meta({ description: 'memory: general knowledge, not verified' });
const source = z.string().min(1).meta({ description: 'paper, file of a tool, or page' });

const quantity = (...dimensions: readonly Dimension[]) => {
  const names = dimensions.flatMap((d) => Object.keys(units[d]));
  return z.strictObject({ value: z.number(), unit: z.enum(names as [string, ...string[]]), source, mark });
};

export interface Quantity {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  readonly mark?: (typeof marks)[number] | undefined;
}

/** A quantity in SI units, fractions as such; a resistance stays one. */
export function si({ value, unit }: Quantity): number {
  for (const table of Object.values(units)) {
    if (Object.hasOwn(table, unit)) return value * (table as Record<string, number>)[unit];
  }
  throw new Error(`no unit ${unit}`);
}

/** A conductance, given as such or as a resistance, in microsiemens. */
export function microsiemens(q: Quantity): number {
  if (Object.hasOwn(units.ohms, q.unit)) return 1e6 / si(q);
  return q.value * { S: 1e6, mS: 1e3, uS: 1, nS: 1e-3 }[q.unit as keyof typeof units.siemens];
}

/** Ascending powers; the standard deviation in uS is at least 0. */
const sigmaCase = z.strictObject({
  coefficients: z.array(z.number()).min(1),
  unit: z.literal('uS'),
  source,
  mark,
  after: quantity('seconds').optional().meta({ description: 'time since programming' }),
  acceptance: quantity('fraction').optional().meta({ description: 'band of write-verify, of the target' }),
});

const program = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none'), source }),
  z.strictObject({
    kind: z.literal('polynomial'),
    variable: z.enum(['G/Gmax', 'uS']).meta({ description: 'what the powers are of' }),
    cases: z.array(sigmaCase).min(1),
  }),
  z.strictObject({
    kind: z.literal('relative'),
    to: z.enum(['conductance', 'resistance', 'range', 'largest']),
    sigma: quantity('fraction'),
  }),
]);

const readNoise = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none'), source }),
  z.strictObject({ kind: z.literal('additive'), sigma: quantity('fraction') }).meta({ description: 'of Gmax' }),
  z
    .strictObject({
      kind: z.literal('logarithmic'),
      factor: z.number(),
      unit: z.literal('uS'),
      time: quantity('seconds'),
      source,
      mark,
    })
    .meta({ description: 'factor log10(G / uS) sqrt(ln((t + time) / (2 time))); 0 where that is negative' }),
]);

const drift = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none'), source }),
  z
    .strictObject({ kind: z.literal('spread'), source })
    .meta({ description: 'the programming cases at their times replace each other; nothing is known in between' }),
  z
    .strictObject({
      kind: z.literal('logarithmic'),
      meanSlope: z.number(),
      sigmaSlope: z.number(),
      sigmaAtOne: z.number(),
      unit: z.literal('uS'),
      source,
      mark,
    })
    .meta({ description: 'mean meanSlope ln t, sigma sigmaSlope ln t + sigmaAtOne, t in seconds' }),
]);

const conduction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('linear') }),
  z
    .strictObject({
      kind: z.literal('polynomial'),
      second: z.number().meta({ unit: 'uA/V^2' }),
      third: z.number().meta({ unit: 'uA/V^3' }),
      largest: quantity('volts'),
      source,
      mark,
    })
    .meta({ description: 'I = G V + second V |V| + third V^3 for |V| up to largest' }),
  z
    .strictObject({ kind: z.literal('sinh'), scale: quantity('volts'), at: quantity('volts') })
    .meta({ description: 'I proportional to sinh(V / scale), conductances being those at `at`' }),
]);

export const deviceSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens'),
  summary: z.string().min(1),
  conductance: z.strictObject({ min: quantity('siemens', 'ohms'), max: quantity('siemens', 'ohms') }),
  levels: quantity('count').optional(),
  program,
  readNoise,
  drift,
  conduction: conduction.default({ kind: 'linear' }),
  read: z.strictObject({ voltage: quantity('volts').optional(), time: quantity('seconds').optional() }).default({}),
  write: z
    .strictObject({
      set: quantity('volts').optional(),
      reset: quantity('volts').optional(),
      time: quantity('seconds').optional(),
      energy: quantity('joules').optional(),
      pulses: quantity('count').optional().meta({ description: 'most pulses of write-verify' }),
    })
    .default({}),
  temperature: z
    .strictObject({ nominal: quantity('kelvin'), model: z.enum(['sky130', 'none']) })
    .optional()
    .meta({ description: 'model: what answers for other temperatures' }),
  endurance: quantity('count').optional(),
  faults: z.strictObject({ stuckLow: quantity('fraction'), stuckHigh: quantity('fraction') }).optional(),
  wire: z.strictObject({ word: quantity('ohms'), bit: quantity('ohms') }).optional(),
  comparator: quantity('fraction').optional().meta({ description: 'sigma of the offset, of full scale' }),
});

export type DeviceModel = z.output<typeof deviceSchema>;
/** What a user writes; the rest has defaults. */
export type DeviceDescription = z.input<typeof deviceSchema>;

/** A device from an object or from JSON text. Throws PR0901, PR0902. */
export function parseDevice(given: unknown): DeviceModel {
  const problems: Problem[] = [];
  const result = deviceSchema.safeParse(typeof given === 'string' ? fromJson(given) : given);
  for (const issue of result.error?.issues ?? []) {
    const path = ['device', ...issue.path.map(String)].join('.');
    problems.push({ code: 'PR0901', path, message: `${issue.message}.` });
  }
  if (result.success) problems.push(...contradictions(result.data));
  if (problems.length > 0) throw new ProblemsError(problems);
  return result.data!;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `this is not JSON: ${(error as Error).message}.`;
    throw new ProblemsError([{ code: 'PR0901', path: 'device', message }]);
  }
}

function contradictions(device: DeviceModel): Problem[] {
  const problems: Problem[] = [];
  const contradict = (path: string, message: string): unknown => problems.push({ code: 'PR0902', path, message });
  const { min, max } = conductanceRange(device);
  if (!(min >= 0 && max > min && max < Infinity)) {
    contradict('device.conductance', `${min} to ${max} uS is no range; min must be at least 0 and below max.`);
  }
  if (device.program.kind === 'polynomial') {
    const { cases } = device.program;
    for (const key of ['after', 'acceptance'] as const) {
      const having = cases.filter((c) => c[key]);
      if (having.length > 0 && having.length < cases.length) {
        contradict('device.program.cases', `either all cases have \`${key}\` or none.`);
      }
      const values = having.map((c) => si(c[key]!));
      if (new Set(values).size < values.length) {
        contradict('device.program.cases', `two cases have the same \`${key}\`.`);
      }
    }
    if (cases.length > 1 && !cases[0].after && !cases[0].acceptance) {
      contradict('device.program.cases', 'several cases must differ in `after` or `acceptance`.');
    }
  }
  if (device.program.kind === 'relative' && si(device.program.sigma) < 0) {
    contradict('device.program.sigma', 'a standard deviation must not be negative.');
  }
  if (device.readNoise.kind === 'additive' && si(device.readNoise.sigma) < 0) {
    contradict('device.readNoise.sigma', 'a standard deviation must not be negative.');
  }
  if (device.drift.kind === 'spread' && !(device.program.kind === 'polynomial' && device.program.cases[0].after)) {
    contradict('device.drift', '`spread` needs programming cases with `after`.');
  }
  const rates = device.faults ? [si(device.faults.stuckLow), si(device.faults.stuckHigh)] : [0, 0];
  if (Math.min(...rates) < 0 || rates[0] + rates[1] > 1) {
    contradict('device.faults', 'rates must not be negative, nor more than 1 together.');
  }
  return problems;
}

/** In microsiemens. */
export function conductanceRange({ conductance }: Pick<DeviceModel, 'conductance'>): { min: number; max: number } {
  return { min: microsiemens(conductance.min), max: microsiemens(conductance.max) };
}
