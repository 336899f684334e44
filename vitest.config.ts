import { defineConfig } from 'vitest/config';

/** One project per folder of tests/, cheapest first; scripts/test.mjs runs them in this order. */
const projects = ['unit', 'component', 'architecture', 'workload', 'learn', 'sim', 'synth', 'cli', 'project'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: { provider: 'v8', include: ['src/**'] },
    projects: projects.map((name) => ({
      extends: true,
      test: { name, include: [`tests/${name}/**/*.test.ts`], exclude: ['**/node_modules/**', 'dist/**'] },
    })),
  },
});
