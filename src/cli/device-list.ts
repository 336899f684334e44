/** The device presets, as `prunus list devices` and `prunus list wan2022` show them. */
import { deviceChanges } from '../reram/device/choose.ts';
import { faultRates } from '../reram/device/faults.ts';
import { devicePresets } from '../reram/device/presets.ts';
import { programSigma } from '../reram/device/program.ts';
import { conductanceRange, type DeviceModel, type Quantity } from '../reram/device/schema.ts';
import { table } from './table.ts';

interface Number {
  readonly path: string;
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  /** How well it is known; null: as the project's notes have it. */
  readonly mark: string | null;
}

/** Every number of a device with its source. */
function numbersOf(node: unknown, path: string): Number[] {
  if (node === null || typeof node !== 'object') return [];
  if ('value' in node && 'unit' in node && 'source' in node) {
    const { value, unit, source, mark = null } = node as Quantity & { mark?: string | null };
    return [{ path, value, unit, source, mark }];
  }
  return Object.entries(node).flatMap(([name, inner]) => numbersOf(inner, path === '' ? name : `${path}.${name}`));
}

const short = (x: number): string => `${Number.parseFloat(x.toPrecision(3))}`;

function row(device: DeviceModel): string[] {
  const { min, max } = conductanceRange(device);
  const sigma = programSigma(device)(max);
  const { low, high } = faultRates(device).cell;
  return [
    device.name,
    `${short(min)} to ${short(max)}`,
    short(max / min),
    sigma === 0 ? '-' : short(sigma),
    device.readNoise.kind === 'none' ? '-' : device.readNoise.kind,
    device.drift.kind === 'none' ? (device.temperature?.model === 'sky130' ? 'temperature' : '-') : device.drift.kind,
    low + high === 0 ? '-' : `${short(100 * low)}, ${short(100 * high)}`,
    device.summary,
  ];
}

export const deviceData = (device: DeviceModel) => ({
  kind: 'device',
  ...device,
  numbers: numbersOf(device, ''),
});

export const devicesData = () => ({
  devices: [...devicePresets.values()].map(deviceData),
  changes: Object.entries(deviceChanges).map(([name, { description, unit }]) => ({ name, description, unit })),
});

export function devicesText(): string {
  const head = ['device', 'uS', 'on/off', 'sigma uS at max', 'read noise', 'drift', 'stuck low, high %', 'what it is'];
  const changes = Object.entries(deviceChanges).map(([name, { description, unit }]) => [
    `reram.device.${name}`,
    unit,
    description,
  ]);
  return [
    table([head, ...[...devicePresets.values()].map(row)]),
    '\nChosen with --set reram.device=NAME; numbers of it are changed with\n',
    table(changes, '  '),
    'or by their path, as in --set reram.device.read.voltage=0.3.\n',
    '\n`prunus list NAME` shows every number with its unit and source, `docs/reram.md` how to describe a device.\n',
  ].join('');
}

export function deviceText(device: DeviceModel): string {
  const { program } = device;
  const numbers = numbersOf(device, '').map((n) => [
    n.path,
    `${n.value}`,
    n.unit,
    `${n.source}${n.mark === null ? '' : ` (${n.mark})`}`,
  ]);
  const spread =
    program.kind === 'polynomial'
      ? program.cases.map((c) => {
          const at = c.after ? `${c.after.value} ${c.after.unit} after: ` : '';
          const within = c.acceptance ? `within ${c.acceptance.value} ${c.acceptance.unit}: ` : '';
          return [
            'program',
            `${at}${within}sigma/uS of ${program.variable}: ${c.coefficients.join(', ')} (ascending powers)`,
            c.source,
          ];
        })
      : [];
  const kinds = (['program', 'readNoise', 'drift', 'conduction'] as const).map((name) => [name, device[name].kind]);
  return [
    `${device.name} (device)\n${device.summary}\n\n`,
    table([['number', 'value', 'unit', 'source (mark)'], ...numbers]),
    '\n',
    table(kinds),
    table(spread),
  ].join('');
}
