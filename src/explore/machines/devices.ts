/** What can be wrong with the analog arrays of a design: standard deviations in its group `device`, a device in its group `reram`. */
import { noDevice } from '../../reram/device/choose.ts';
import { arrayKind, type ReramSettings } from '../../reram/settings.ts';
import type { Devices, Machine } from './machine.ts';

interface Arrays {
  readonly device: Readonly<Partial<Record<keyof typeof spreads, number>>>;
  readonly reram?: ReramSettings | undefined;
}

const spreads = {
  programSigma: 'programming',
  readSigma: 'read noise',
  comparatorSigma: 'comparator offset',
  jitterSigma: 'jitter',
} as const;

/** One kind of imperfection of a design with parameters `P`: whether it has it, and the design without. */
interface Imperfection<P> {
  readonly name: string;
  readonly has: (p: P) => boolean;
  readonly without: (p: P) => P;
}

const ofSpreads = <P extends Arrays>(): Imperfection<P>[] =>
  (Object.keys(spreads) as (keyof typeof spreads)[]).map((field) => ({
    name: spreads[field],
    has: (p) => (p.device[field] ?? 0) > 0,
    without: (p) => ((p.device[field] ?? 0) > 0 ? { ...p, device: { ...p.device, [field]: 0 } } : p),
  }));

type Kind = NonNullable<ReturnType<typeof arrayKind>>;

/** Of a device; what is not listed (drift of the mean, conduction that is not straight) stays with each. */
const ofDevice = <P extends Arrays>(): Imperfection<P>[] => {
  const one = (name: string, has: (kind: Kind) => boolean, off: (r: ReramSettings) => Partial<ReramSettings>) => ({
    name,
    has: (p: P) => {
      const kind = arrayKind(p.reram);
      return kind !== undefined && has(kind);
    },
    without: (p: P) => (p.reram ? { ...p, reram: { ...p.reram, ...off(p.reram) } } : p),
  });
  return [
    one(
      'programming',
      (k) => k.device.program.kind !== 'none' && k.programming?.scale !== 0,
      () => ({ spread: 0 }),
    ),
    one(
      'read noise',
      (k) => k.device.readNoise.kind !== 'none',
      ({ device }) => ({ device: { ...(typeof device === 'string' ? { preset: device } : device), readSigma: 0 } }),
    ),
    one(
      'stuck cells',
      ({ faults }) => [faults?.cell, faults?.row, faults?.column].some((f) => f && f.low + f.high > 0),
      ({ faults }) => ({
        faults: Object.fromEntries(Object.keys({ low: 0, high: 0, ...faults }).map((f) => [f, 0])) as typeof faults,
      }),
    ),
    one(
      'wires',
      (k) => k.wordOhms + k.bitOhms > 0,
      () => ({ wordOhms: 0, bitOhms: 0 }),
    ),
    one(
      'comparators',
      (k) => k.comparatorSigma + k.hysteresis + k.metastable > 0,
      () => ({ comparator: { sigma: 0, hysteresis: 0, metastable: 0 } }),
    ),
  ];
};

/**
 * Undefined where arrays are perfect. Of a design with spreads only, a chip is its noise seed; one with a device has the chip's
 * number besides (`reram.chip`).
 */
export function arrayDevices<P extends Arrays>(p: P, machine: (p: P) => Machine): Devices | undefined {
  const kinds = [...ofSpreads<P>(), ...ofDevice<P>()];
  const found = kinds.filter(({ has }) => has(p));
  const { reram } = p;
  if (found.length === 0 && !arrayKind(reram)) return undefined;
  const only = (kept: Imperfection<P>): P =>
    found.reduce((rest, { name, without }) => (name === kept.name ? rest : without(rest)), p);
  const perfect = ofSpreads<P>().reduce((rest, { without }) => without(rest), p);
  const onChip = (own: P) => (chip: number) => machine(own.reram ? { ...own, reram: { ...own.reram, chip } } : own);
  return {
    ideal: () => machine(reram ? { ...perfect, reram: { ...reram, device: noDevice } } : perfect),
    chip: onChip(p),
    alone: Object.fromEntries(found.map((kind) => [kind.name, onChip(only(kind))])),
  };
}
