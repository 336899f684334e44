import { describe } from 'vitest';
import { idealCrossbarChecks, memoryChecks, noisyCrossbarChecks } from './checks/crossbar.ts';
import { testChecks } from './run.ts';

describe('memories', () => {
  testChecks(memoryChecks);
});

describe('behavioural form', () => {
  testChecks([...idealCrossbarChecks, ...noisyCrossbarChecks]);
});

describe('ideal form', () => {
  testChecks(idealCrossbarChecks, { flow: 'emulation' });
});
