/** A check must be able to fail: faults of each kind in the templates, each noticed by its component's bench. */
import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { allDetectors } from '../../scripts/mutate/detect.ts';
import { mutantsOf } from '../../scripts/mutate/mutants.ts';
import { readTemplate } from '../../src/sim/design-files.ts';

const cacheDir = mkdtempSync(join(tmpdir(), 'prunus-mutants-'));
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));
const detectors = allDetectors();

test.each([
  // A queue that is full takes another item.
  ['fifo/fifo.v.hbs', 'assign put_ready = count != FULL;', '!= to ==', 'fifo bench', /status|get/],
  // Rounding down instead of to the nearest.
  ['query-key-unit/query-key-unit.v.hbs', 'half_up = (shifted +', '+ to -', 'query_key_unit bench', /score/],
  // Nothing but time: a row opens in the time that closing it takes.
  [
    'channel-control/channel-control.v.hbs',
    'open[{{this}}] ? {{u ../tRP',
    'arms of ?: swapped',
    'memory_channel bench',
    /takes \d+ cycles/,
  ],
  // A key at the threshold is pruned.
  ['crossbar-tile/behavioural.v.hbs', 'below[column] = current < limit;', '< to <=', 'crossbar_tile bench', /pruned/],
  // Residency forgotten: tokens are fetched again.
  [
    'token-store/token-store.v.hbs',
    'wire [LOCAL-1:0] missing_now =',
    '~ dropped',
    'token_store_roomy bench',
    /status|tokens|fetched/,
  ],
  // No turns: the first store goes first for ever.
  ['request-router/request-router.v.hbs', 'if (any{{c}}) turn{{c}} <=', '== to !=', 'request_router bench', /no turn/],
  // Half the rate, the same items.
  ['pruned-join/pruned-join.v.hbs', 'wire accept =', '|| to &&', 'pruned_join bench', /cycles after the one before/],
] as const)('%s: "%s", %s', async (template, line, what, by, how) => {
  const mutant = mutantsOf(template, readTemplate(template)).find((m) => m.what === what && m.before.includes(line));
  expect(mutant, 'the template has changed: choose another line').toBeDefined();
  expect(await detectors.find((d) => d.name === by)!.run(mutant, cacheDir)).toMatch(how);
});
