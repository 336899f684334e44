import { z } from 'zod';
import { coreletShape } from '../../components/corelet/corelet.ts';
import { controllerShape, deviceSpread, memoryShape, memoryTiming } from '../../components/main-memory/layout.ts';
import type { Rule } from '../../dsl/component.ts';
import { group, integer, powerOfTwo } from '../../dsl/parameters.ts';
import { reramGroup } from '../../reram/settings.ts';
import { deviceRules } from '../device-rules.ts';

const { tokens, dim, channels, banks, rows, columns, cellBits, dacBits } = memoryShape;
const { scoreBits, contexts, treeStep, normalisation, probabilityRounding } = coreletShape;

/** Everything there is to choose about SPRINT. */
export const sprintParameters = z.strictObject({
  tokens,
  dim,
  corelets: powerOfTwo({
    description: 'CORELETs; token j belongs to CORELET j mod N',
    min: 1,
    max: 16,
    default: 1,
    source: 'SPRINT: 1, 2, 4 for S, M, L',
  }),
  bufferBytes: integer({
    description: 'key buffer of a CORELET; its value buffer has the same size',
    unit: 'bytes',
    min: 64,
    max: 1 << 20,
    default: 8192,
    source: 'SPRINT: 16 KB of keys and values for a CORELET',
  }),
  scoreBits,
  contexts,
  treeStep,
  normalisation,
  probabilityRounding,
  outputBeats: integer({
    description: 'cycles over which the elements of an output vector leave',
    unit: 'cycles',
    min: 1,
    max: 64,
    default: 4,
    source: "implementer's choice",
  }),
  tile: group({ rows, columns, cellBits, dacBits }, 'the crossbar tiles'),
  memory: group(
    { channels, banks, ...memoryTiming, ...controllerShape },
    'the main memory and its controller; times in clock cycles',
  ),
  device: group(deviceSpread, 'spread of the ReRAM devices, as the behavioural tile sees it'),
  reram: reramGroup,
});

export type SprintParameters = z.output<typeof sprintParameters>;
export type SprintInput = z.input<typeof sprintParameters>;

/** Sizes that follow from the parameters. */
export function sprintShape(p: SprintParameters) {
  const localTokens = Math.ceil(p.tokens / p.corelets);
  return {
    localTokens,
    /** Keys, and values, that a CORELET's buffers hold. */
    capacity: Math.min(localTokens, Math.max(1, Math.floor(p.bufferBytes / p.dim))),
    /** Elements of an output beat. */
    lanes: Math.ceil(p.dim / p.outputBeats),
    memory: { tokens: p.tokens, dim: p.dim, ...p.tile, ...p.memory, ...p.device, reram: p.reram },
  };
}

export const sprintRules: Rule<SprintParameters>[] = [
  {
    path: 'tokens',
    holds: (p) => p.tokens >= p.corelets,
    message: (p) =>
      `${p.tokens} tokens leave some of the ${p.corelets} CORELETs without any; at least ${p.corelets} are needed.`,
  },
  {
    path: 'bufferBytes',
    holds: (p) => p.bufferBytes >= p.dim,
    message: (p) => `${p.bufferBytes} bytes do not hold one key of dim = ${p.dim} bytes; at least ${p.dim} are needed.`,
  },
  {
    path: 'outputBeats',
    holds: (p) => p.outputBeats <= p.dim,
    message: (p) =>
      `${p.outputBeats} beats are more than the ${p.dim} elements of an output vector; at most ${p.dim} make sense.`,
  },
  ...deviceRules<SprintParameters>('tile.cellBits', (p) => p.tile.cellBits),
];
