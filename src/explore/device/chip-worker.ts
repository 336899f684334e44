/** A worker thread that runs the chips it is told to: a `ChipTask` comes as its data, chip numbers as messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { PrunusError } from '../../errors.ts';
import { loadMachine } from '../machines/load.ts';
import { type ChipResult, type ChipTask, ChipTrial } from './chip.ts';

/** Classes of errors do not survive the way out of a thread. */
export type ChipReply =
  | { readonly result: ChipResult }
  | { readonly refused: { readonly code: string; readonly message: string; readonly fix: string | undefined } };

const task = workerData as ChipTask;
const port = parentPort!;
const machine = (await loadMachine(task.architecture))(task.parameters);
const trial = new ChipTrial(task, machine.devices!);

port.on('message', (chip: number) => port.postMessage(reply(chip)));

function reply(chip: number): ChipReply {
  try {
    return { result: trial.run(chip) };
  } catch (error) {
    if (!(error instanceof PrunusError)) throw error;
    const { code, message, fix } = error;
    return { refused: { code, message, fix } };
  }
}
