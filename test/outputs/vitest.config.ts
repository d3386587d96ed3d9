import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/outputs/*.test.ts'],
    globalSetup: ['test/outputs/set-up.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
