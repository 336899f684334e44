/** Chips on several cores: worker threads that take the next chip when they have done one; one job needs no thread. */
import { Worker } from 'node:worker_threads';
import { PrunusError } from '../../errors.ts';
import type { Devices } from '../machines/machine.ts';
import { type ChipResult, type ChipTask, ChipTrial } from './chip.ts';
import type { ChipReply } from './chip-worker.ts';

export interface PoolOptions {
  /** Worker threads, 1 or more. */
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
  /** In the order in which chips are done, which is any. */
  readonly onChip: (result: ChipResult) => void;
}

/** Threads of a program that runs from source have to be told how to read it. */
function entry(): URL {
  const { url } = import.meta;
  if (url.endsWith('.js')) return new URL('./chip-worker.js', url);
  const worker = new URL('./chip-worker.ts', url).href;
  const loader = import.meta.resolve('tsx/esm/api');
  const program = `import { register } from '${loader}'; register(); await import('${worker}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}

const cancelled = (): PrunusError => new PrunusError('PR0513', 'The chips were cancelled.');

/**
 * Runs all `chips` of a task, whose design has these devices; what each gives does not depend on the number of jobs. Throws
 * PR0513 when `signal` stops it.
 */
export async function runChips(
  task: ChipTask,
  devices: Devices,
  chips: readonly number[],
  options: PoolOptions,
): Promise<void> {
  if (Math.min(options.jobs, chips.length) > 1) await inThreads(task, chips, options);
  else if (chips.length > 0) await here(new ChipTrial(task, devices), chips, options);
}

async function here(trial: ChipTrial, chips: readonly number[], { signal, onChip }: PoolOptions): Promise<void> {
  for (const chip of chips) {
    if (signal?.aborted) throw cancelled();
    onChip(trial.run(chip));
    // oxlint-disable-next-line no-await-in-loop -- lets signals in
    await new Promise(setImmediate);
  }
}

async function inThreads(task: ChipTask, chips: readonly number[], options: PoolOptions): Promise<void> {
  const { jobs, signal, onChip } = options;
  const queue = [...chips];
  const workers: Worker[] = [];
  let stop = (): void => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(cancelled());
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
  stopped.catch(() => {}); // nobody waits for it once all chips are done
  const one = (): Promise<void> =>
    new Promise((done, fail) => {
      const next = () => {
        const chip = queue.shift();
        if (chip === undefined) done();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a thread has none
        else worker.postMessage(chip);
      };
      const worker = new Worker(entry(), { workerData: task });
      workers.push(worker);
      worker.on('message', (reply: ChipReply) => {
        if ('refused' in reply) {
          const { code, message, fix } = reply.refused;
          fail(new PrunusError(code, message, fix));
          return;
        }
        onChip(reply.result);
        next();
      });
      worker.on('error', fail);
      worker.on('exit', (code) => fail(new Error(`a worker thread ended with ${code}`)));
      next();
    });
  try {
    const all = Array.from({ length: Math.min(jobs, queue.length) }, one);
    await Promise.race([Promise.all(all), stopped]);
  } finally {
    signal?.removeEventListener('abort', stop);
    await Promise.all(workers.map((w) => w.terminate()));
  }
}
