import type { SprintInput } from './parameters.ts';

/** The published configurations: buffers and CORELETs of SPRINT's S, M and L. */
export const sprintPresets = {
  'sprint-s': { corelets: 1 },
  'sprint-m': { corelets: 2 },
  'sprint-l': { corelets: 4 },
} satisfies Record<string, SprintInput>;
