import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/real-servers/*.test.ts'],
    globalSetup: ['test/real-servers/set-up.ts'],
    // One server at a time: a model that computes wants the cores for itself.
    maxWorkers: 1,
    testTimeout: 200_000,
    hookTimeout: 200_000,
  },
});
