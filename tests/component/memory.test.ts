import { describe, expect, test } from 'vitest';
import { prepareCheck, runCheck } from '../../src/explore/component-check/check.ts';
import { channelChecks, idealMemoryChecks, noisyMemoryChecks } from './checks/memory.ts';
import { testChecks } from './run.ts';

describe('behavioural form', () => {
  testChecks([...noisyMemoryChecks, ...channelChecks]);
});

// Without spread the two forms of a tile are the same to the cycle.
test.each(idealMemoryChecks.map((c) => [c.name, c] as const))('%s, behavioural and ideal', async (_, check) => {
  const prepared = prepareCheck(check);
  const [behavioural, ideal] = await Promise.all([
    runCheck(prepared, { flow: 'simulation' }),
    runCheck(prepared, { flow: 'emulation' }),
  ]);
  expect(behavioural.problems).toEqual([]);
  expect(ideal.problems).toEqual([]);
  expect(ideal.results).toEqual(behavioural.results);
});
