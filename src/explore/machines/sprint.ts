import { type SprintFunctionalDesign, sprintHead, sprintScores } from '../../architectures/sprint/functional.ts';
import { type SprintParameters, sprintParameters } from '../../architectures/sprint/parameters.ts';
import { SprintTiming } from '../../architectures/sprint/timing/timing.ts';
import { arrayDevices } from './devices.ts';
import type { Machine, MachineMaker } from './machine.ts';

/** What the functional model needs to know of SPRINT's parameters. */
export const functionalDesign = (p: SprintParameters): SprintFunctionalDesign => ({
  tokens: p.tokens,
  dim: p.dim,
  channels: p.memory.channels,
  banks: p.memory.banks,
  columns: p.tile.columns,
  rows: p.tile.rows,
  cellBits: p.tile.cellBits,
  dacBits: p.tile.dacBits,
  ...p.device,
  reram: p.reram,
  scoreBits: p.scoreBits as 12,
  normalisation: p.normalisation,
  probabilityRounding: p.probabilityRounding,
});

const sprintMachine = (p: SprintParameters): Machine => ({
  functional: (head) => sprintHead(functionalDesign(p), head),
  predictor: () => {
    const timing = new SprintTiming(p);
    return ({ length, prune }, { kept }) => {
      const t = timing.head({ length, prune, kept });
      return {
        cycles: t.cycles,
        load_cycles: t.loadCycles,
        stall_cycles: t.stallCycles,
        keys_kept: t.keysKept,
        keys_fetched: t.keysFetched,
        keys_reused: t.keysReused,
        values_fetched: t.valuesFetched,
        values_reused: t.valuesReused,
      };
    };
  },
  wires: () => ({}),
  scores: (head) => sprintScores(functionalDesign(p), head),
  devices: arrayDevices(p, sprintMachine),
});

export const machine: MachineMaker = (parameters) => sprintMachine(sprintParameters.parse(parameters));
