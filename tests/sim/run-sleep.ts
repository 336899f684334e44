/** Starts a program that starts another one, and waits: what `processes.test.ts` interrupts. Prints both ids. */
import { runTool } from '../../src/sim/processes.ts';
import { inTemporaryFolder } from '../../src/sim/workspace.ts';

await inTemporaryFolder(async (folder) => {
  console.log(`folder ${folder}`);
  const onLine = (line: string) => console.log(line);
  await runTool('sh', ['-c', 'sleep 300 & echo "pids $$ $!"; wait'], { onLine });
});
