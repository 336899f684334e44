import type { Part } from '../../dsl/component.ts';
import type { Architecture } from '../architecture.ts';
import { sprint } from './sprint.ts';
import { sprintParameters } from './parameters.ts';
import { sprintPresets } from './presets.ts';

export const architecture: Architecture = {
  summary: sprint.definition.summary,
  schema: sprintParameters,
  presets: sprintPresets,
  make: (parameters) => sprint(parameters) as unknown as Part,
};
