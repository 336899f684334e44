/** What the arrays of a design cannot be together with a device. */
import type { Rule } from '../dsl/component.ts';
import { type ReramSettings, reramDevice } from '../reram/settings.ts';

interface WithDevice {
  readonly reram?: ReramSettings | undefined;
  readonly device: {
    readonly programSigma: number;
    readonly readSigma: number;
    readonly comparatorSigma: number;
  };
}

/** `path`: where the bits of a cell are. */
export const deviceRules = <P extends WithDevice>(path: string, cellBits: (p: P) => number): Rule<P>[] => [
  {
    path,
    holds: (p) => !reramDevice(p.reram) || cellBits(p) <= 4,
    message: (p) =>
      `cells of ${cellBits(p)} bits are more than the model of a device has; at most 4 with reram.device.`,
  },
  ...(['programSigma', 'readSigma', 'comparatorSigma'] as const).map(
    (name): Rule<P> => ({
      path: `device.${name}`,
      holds: (p) => !reramDevice(p.reram) || p.device[name] === 0,
      message: () =>
        `reram.device has a spread of its own: leave device.${name} at 0, and set ${instead[name]} to change it.`,
    }),
  ),
];

const instead = {
  programSigma: 'reram.device.sigma or reram.spread',
  readSigma: 'reram.device.readSigma',
  comparatorSigma: 'reram.comparator.sigma',
} as const;
