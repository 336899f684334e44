/**
 * How a user says which device an array has: the name of a preset, a preset with some of its numbers changed, or a whole
 * description.
 *
 *     'wan2022'
 *     { preset: 'wan2022', sigma: 0.05, conductance: { max: 30 } }
 *     { name: 'mine', summary: '...', conductance: { ... }, ... }        what `schema.ts` describes
 *
 * A number in place of a quantity keeps the quantity's unit. `deviceChanges` are short names for what is changed most.
 *
 * Errors: PR0900 no preset of this name, PR0901 and PR0902 of `parseDevice`.
 */
import { type Problem, ProblemsError, PrunusError } from '../../errors.ts';
import { devicePreset } from './presets.ts';
import { type DeviceModel, deviceSchema, parseDevice } from './schema.ts';

/** A name, or an object as above; `none` is no device: an ideal array. */
export type DeviceChoice = string | Readonly<Record<string, unknown>>;

export const noDevice = 'none';

type Tree = Readonly<Record<string, unknown>>;

interface Change {
  readonly description: string;
  readonly unit: string;
  /** What it puts into a description. */
  readonly put: (value: number, device: Tree) => Tree;
}

const source = 'set by the user';
const quantity = (value: number, unit: string): Tree => ({ value, unit, source });
const faultsOf = (device: Tree): Tree => ({
  stuckLow: quantity(0, 'fraction'),
  stuckHigh: quantity(0, 'fraction'),
  ...(device['faults'] as Tree | undefined),
});

/** Short names for numbers of a device. */
export const deviceChanges: Readonly<Record<string, Change>> = {
  min: {
    description: 'the least conductance',
    unit: 'uS',
    put: (value, device) => ({ conductance: { ...(device['conductance'] as Tree), min: quantity(value, 'uS') } }),
  },
  max: {
    description: 'the largest conductance',
    unit: 'uS',
    put: (value, device) => ({ conductance: { ...(device['conductance'] as Tree), max: quantity(value, 'uS') } }),
  },
  sigma: {
    description: 'spread of programming, of the largest conductance, the same for every target',
    unit: 'fraction',
    put: (value, device) => ({
      program: { kind: 'relative', to: 'largest', sigma: quantity(value, 'fraction') },
      // Spreads at several times are spreads of programming.
      ...((device['drift'] as Tree | undefined)?.['kind'] === 'spread' ? { drift: { kind: 'none', source } } : {}),
    }),
  },
  readSigma: {
    description: 'noise of a read, of the largest conductance',
    unit: 'fraction',
    put: (value) => ({ readNoise: { kind: 'additive', sigma: quantity(value, 'fraction') } }),
  },
  stuckLow: {
    description: 'share of cells stuck at the least conductance',
    unit: 'fraction',
    put: (value, device) => ({ faults: { ...faultsOf(device), stuckLow: quantity(value, 'fraction') } }),
  },
  stuckHigh: {
    description: 'share of cells stuck at the largest conductance',
    unit: 'fraction',
    put: (value, device) => ({ faults: { ...faultsOf(device), stuckHigh: quantity(value, 'fraction') } }),
  },
  endurance: {
    description: 'pulses that a cell is good for',
    unit: 'cycles',
    put: (value) => ({ endurance: quantity(value, 'cycles') }),
  },
};

/** The device; undefined for none. Throws PR0900, PR0901, PR0902. */
export function chooseDevice(choice: DeviceChoice): DeviceModel | undefined {
  if (choice === noDevice) return undefined;
  if (typeof choice === 'string') return devicePreset(choice);
  const known = chosen.get(choice);
  if (known) return known;
  const device = described(choice);
  chosen.set(choice, device);
  return device;
}

/** Looking through a description takes longer than programming a small tile with it. */
const chosen = new WeakMap<Tree, DeviceModel>();

function described(choice: Tree): DeviceModel {
  const { preset, ...changes } = choice;
  if (preset !== undefined && (typeof preset !== 'string' || preset === noDevice)) {
    const message = `${JSON.stringify(preset)} is no name of a device whose numbers could be changed.`;
    throw new ProblemsError([{ code: 'PR0900', path: 'device.preset', message }]);
  }
  let tree: Tree = preset === undefined ? {} : (devicePreset(preset) as unknown as Tree);
  const problems: Problem[] = [];
  const isShort = (name: string): boolean => Object.hasOwn(deviceChanges, name);
  for (const [name, value] of Object.entries(changes)) {
    if (!isShort(name) && !Object.hasOwn(deviceSchema.shape, name)) {
      const names = [...Object.keys(deviceChanges), ...Object.keys(deviceSchema.shape)].join(', ');
      problems.push({
        code: 'PR0901',
        path: `device.${name}`,
        message: 'a device has no such number.',
        fix: `it has ${names}.`,
      });
    } else if (!isShort(name)) tree = { ...tree, [name]: merged(tree[name], value) };
  }
  for (const [name, value] of Object.entries(changes)) {
    if (!isShort(name)) continue;
    if (typeof value === 'number' && Number.isFinite(value))
      tree = { ...tree, ...deviceChanges[name].put(value, tree) };
    else problems.push({ code: 'PR0901', path: `device.${name}`, message: `${JSON.stringify(value)} is no number.` });
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return parseDevice(tree);
}

const isTree = (value: unknown): value is Tree => value !== null && typeof value === 'object' && !Array.isArray(value);

/** `change` over `base`, field by field; of another kind it replaces it. */
function merged(base: unknown, change: unknown): unknown {
  if (!isTree(base)) return change;
  if (typeof change === 'number' && 'value' in base && 'unit' in base) {
    return { value: change, unit: base['unit'], source };
  }
  if (!isTree(change) || ('kind' in change && change['kind'] !== base['kind'])) return change;
  const fields = Object.entries(change).map(([name, value]) => [name, merged(base[name], value)]);
  return { ...base, ...Object.fromEntries(fields) };
}

/** What is wrong with a choice, by path below it; empty if nothing is. */
export function deviceProblems(choice: DeviceChoice): Problem[] {
  try {
    chooseDevice(choice);
    return [];
  } catch (error) {
    if (error instanceof ProblemsError)
      return error.problems.map((p) => ({ ...p, path: p.path.replace(/^device\.?/, '') }));
    if (!(error instanceof PrunusError)) throw error;
    return [{ code: error.code, path: '', message: `${error.message}.`, fix: error.fix }];
  }
}
