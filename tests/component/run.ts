import { expect, test } from 'vitest';
import {
  type CheckOptions,
  type ComponentCheck,
  prepareCheck,
  runCheck,
} from '../../src/explore/component-check/check.ts';

/** One test a check. */
export function testChecks(checks: readonly ComponentCheck[], options: CheckOptions = {}): void {
  test.each(checks.map((c) => [c.name, c] as const))('%s', async (_, check) => {
    const { problems, words } = await runCheck(prepareCheck(check), options);
    expect(problems).toEqual([]);
    expect(words).toBeGreaterThan(0);
  });
}
