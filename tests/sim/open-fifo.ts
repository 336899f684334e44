/** Builds and runs the FIFO: what `cache.test.ts` starts several of. */
import { openSimulation } from '../../src/sim/simulation.ts';
import { fifo, fifoCase, fifoItems } from './duts.ts';

const sim = await openSimulation(fifo);
const [result] = await sim.run([fifoCase(fifoItems(5))]);
process.exitCode = result!.status === 'ok' ? 0 : 1;
