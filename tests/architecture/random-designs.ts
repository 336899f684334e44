import type { SprintInput } from '../../src/architectures/sprint/parameters.ts';
import type { Random } from '../../src/explore/verify/random.ts';

/** CORELETs x dim, and crossbar tiles, of the largest random design: more take long to build and show nothing new. */
const mostMultipliers = 256;
const mostTiles = 48;

/** Parameters of a whole SPRINT, anywhere in what is allowed that still builds in seconds. */
export function randomSprint(r: Random): SprintInput {
  const dim = r.pick([8, 15, 64, 128, 1, r.integer(2, 96)]);
  const corelets = Math.min(r.pick([1, 2, 4, 8]), 2 ** Math.floor(Math.log2(mostMultipliers / dim)));
  const tokens = Math.max(
    corelets,
    r.pick([1, r.integer(1, 16), r.integer(17, 128), r.integer(17, 128), r.integer(129, 512)]),
  );
  const [channels, banks] = [r.pick([1, 2, 4, 8]), r.pick([1, 2, 4, 8])];
  const bankTokens = Math.ceil(Math.ceil(tokens / channels) / banks);
  const fewest = Math.ceil(bankTokens / Math.max(1, Math.floor(mostTiles / (channels * banks))));
  const sigma = (most: number): number => (r.chance(0.5) ? 0 : most * r.unit());
  const noisy = r.chance(0.3);
  const time = (most: number): number => (r.chance(0.3) ? 0 : r.integer(0, most));
  return {
    tokens,
    dim,
    corelets,
    // One key, a few, most of them, all.
    bufferBytes: Math.max(64, dim, r.pick([dim, 3 * dim, r.integer(dim, dim * tokens), dim * tokens, 8192])),
    normalisation: r.pick(['deferred', 'deferred', 'probability']),
    probabilityRounding: r.pick(['round', 'truncate']),
    contexts: r.pick([2, 4, 8]),
    treeStep: r.pick([1, 2, 3, 10]),
    outputBeats: Math.min(dim, r.pick([1, 2, 4, r.integer(1, 16)])),
    tile: {
      rows: r.pick([1, 8, 64, r.integer(1, 128)]),
      columns: Math.max(fewest, r.pick([1, 4, 128, r.integer(2, 64)])),
      cellBits: r.integer(1, 8),
      dacBits: r.integer(1, 8),
    },
    memory: {
      channels,
      banks,
      tCL: time(20),
      tRCD: time(20),
      tRP: time(20),
      tBURST: r.chance(0.4) ? 1 : r.integer(1, 8),
      tAxTh: r.pick([1, 8, r.integer(1, 30)]),
      rowTokens: r.pick([1, 4, 16, 64]),
      queue: r.integer(2, 6),
    },
    ...(noisy ? { device: { programSigma: sigma(0.1), readSigma: sigma(0.02), comparatorSigma: sigma(0.02) } } : {}),
  };
}
