// `npm start`: set-up, then the main job. `npm start -- ARGUMENTS` runs any other prunus command instead.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

const mainJob = ['demo'];

const failed = await setUp();
const program = join(root, 'dist', 'cli', 'main.js');
if (failed.length > 0) {
  console.log(`npm start: set-up failed: ${failed.join(', ')}`);
  process.exitCode = 1;
} else if (!existsSync(program)) {
  console.log('npm start: set-up is done; this checkout has no command line (src/cli/main.ts) yet.');
} else {
  const given = process.argv.slice(2);
  const args = given.length > 0 ? given : mainJob;
  console.log(`npm start: prunus ${args.join(' ')}`);
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  child.on('close', (code) => (process.exitCode = code ?? 1));
}
