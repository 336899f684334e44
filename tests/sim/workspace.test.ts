/** Folders that go away while something is still written into them. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeFolder, writeFiles } from '../../src/sim/workspace.ts';

test('a folder into which files are being written goes, whole', async () => {
  const files = Array.from({ length: 60 }, (_, n) => ({ path: `a/${n % 3}/file${n}`, text: 'x'.repeat(20_000) }));
  for (let round = 0; round < 40; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'prunus-removed-'));
    const writing = writeFiles(folder, files).catch((error: NodeJS.ErrnoException) => error.code);
    // oxlint-disable-next-line no-await-in-loop -- each round at another moment of the writing
    await new Promise((resolve) => setTimeout(resolve, round % 8));
    removeFolder(folder);
    // oxlint-disable-next-line no-await-in-loop -- one folder after the other
    expect([undefined, 'ENOENT']).toContain(await writing);
    removeFolder(folder); // a file that was opened before and made after
    expect(existsSync(folder)).toBe(false);
  }
});

test('one that is not there is no error', () => {
  expect(() => removeFolder(join(tmpdir(), 'prunus-not-there'))).not.toThrow();
});
