/** `prunus generate sprint-l`, from the start of the process to its end. */
import { join } from 'node:path';
import { inTemporaryFolder } from '../src/sim/workspace.ts';
import type { Group } from './context.ts';
import { type Figure, median, roundsNote } from './figure.ts';
import { compiledCli, timed } from './processes.ts';

export const generate: Group = async function* ({ quick }) {
  yield await inTemporaryFolder(async (folder): Promise<Figure> => {
    const args = [compiledCli(folder), 'generate', 'sprint-l', '--out', join(folder, 'rtl')];
    timed(process.execPath, args);
    const bare: number[] = [];
    const rounds = Array.from({ length: quick ? 3 : 15 }, () => {
      bare.push(timed(process.execPath, ['-e', '0']).wall);
      return timed(process.execPath, args);
    });
    const walls = rounds.map((r) => r.wall);
    const cpu = median(rounds.map((r) => r.cpu));
    const note = `${roundsNote(walls, seconds)}; ${seconds(cpu)} s of a core; node alone ${seconds(median(bare))} s`;
    return { name: 'generate sprint-l', value: median(walls), unit: 's', target: { atMost: 0.5 }, note };
  });
};

const seconds = (x: number): string => x.toFixed(3);
