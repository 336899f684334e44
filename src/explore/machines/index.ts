import { leopardParameters } from '../../architectures/leopard/parameters.ts';
import { sprintParameters } from '../../architectures/sprint/parameters.ts';
import { leopardMachine } from './leopard.ts';
import type { Machine } from './machine.ts';
import { sprintMachine } from './sprint.ts';

const machines: Readonly<Record<string, (parameters: unknown) => Machine>> = {
  sprint: (parameters) => sprintMachine(sprintParameters.parse(parameters)),
  leopard: (parameters) => leopardMachine(leopardParameters.parse(parameters)),
};

/** The machine of an architecture of the registry; undefined for what a user put together, whose own network is the model. */
export const machineOf = (architecture: string | undefined, parameters: unknown): Machine | undefined =>
  architecture === undefined ? undefined : machines[architecture]?.(parameters);
