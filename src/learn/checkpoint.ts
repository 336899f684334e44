/**
 * Tensors and what goes with them in a folder: `tensors.npy` holds all of them one after the other, `state.json` says where each is.
 * A folder is replaced as a whole, so that an interruption leaves the one before. Errors: PR0814 cannot be read or is of another run.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { PrunusError } from '../errors.ts';
import { readNpy, writeNpy } from '../workload/npy.ts';
import type { Weight } from './encoder.ts';

const kind = 'prunus-checkpoint';

const stateSchema = z.object({
  kind: z.literal(kind),
  version: z.literal(1),
  about: z.record(z.string(), z.unknown()),
  tensors: z.array(z.object({ name: z.string(), shape: z.array(z.number()), offset: z.number() })),
});

export interface Checkpoint {
  readonly about: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, Weight>;
}

export function writeCheckpoint(folder: string, { about, tensors }: Checkpoint): void {
  const fresh = `${folder}.new`;
  try {
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(fresh);
    const all = new Float32Array([...tensors.values()].reduce((n, t) => n + t.data.length, 0));
    let offset = 0;
    const list = [...tensors].map(([name, { shape, data }]) => {
      const entry = { name, shape, offset };
      all.set(data, offset);
      offset += data.length;
      return entry;
    });
    writeNpy(join(fresh, 'tensors.npy'), [all.length], all);
    writeFileSync(join(fresh, 'state.json'), `${JSON.stringify({ kind, version: 1, about, tensors: list })}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined || cause instanceof PrunusError) throw cause;
    throw new PrunusError('PR0707', `${folder}: cannot be written (${code}).`, 'choose another folder with --out.');
  }
}

/** Undefined when there is none. */
export function readCheckpoint(folder: string): Checkpoint | undefined {
  if (!existsSync(join(folder, 'state.json'))) return undefined;
  try {
    const { about, tensors } = stateSchema.parse(JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')));
    const { dtype, data } = readNpy(join(folder, 'tensors.npy'));
    if (dtype !== 'float32') throw new Error(`tensors.npy holds ${dtype}`);
    const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
    if (tensors.some((t) => t.offset + size(t.shape) > data.length)) throw new Error('tensors.npy is cut short');
    return {
      about,
      tensors: new Map(
        tensors.map(({ name, shape, offset }) => [name, { shape, data: data.slice(offset, offset + size(shape)) }]),
      ),
    };
  } catch (cause) {
    const message = `${folder}: is no checkpoint that can be read: ${(cause as Error).message.split('\n')[0]}`;
    throw new PrunusError('PR0814', message, 'remove it and start anew.');
  }
}
