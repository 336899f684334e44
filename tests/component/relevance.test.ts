import { expect, test } from 'vitest';
import { runGolden } from '../../src/dsl/network.ts';
import { Random } from '../../src/explore/verify/random.ts';
import { relevanceChecks } from './checks/relevance.ts';
import { chain, chainNames, chainTrials, keptKeys, relevanceChainChecks } from './checks/relevance-chain.ts';
import { testChecks } from './run.ts';

testChecks([...relevanceChecks, ...relevanceChainChecks]);

test('the models keep the keys that the definition names, in order', () => {
  for (const trial of chainTrials(new Random(7, 0), 60)) {
    const outputs = runGolden(chain, { streams: trial.streams as never, wires: trial.wires! });
    for (const name of chainNames) {
      const queries = keptKeys(trial, name);
      const kept = queries.flatMap((keys) => keys.map((index, n) => ({ index, last: n === keys.length - 1 ? 1 : 0 })));
      expect(outputs[`${name}_route_presence`]).toEqual(queries.map((keys) => ({ keeps: keys.length > 0 ? 1 : 0 })));
      expect(outputs[`${name}_walk_kept`]).toMatchObject(kept);
    }
  }
});
