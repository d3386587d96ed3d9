import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These run other people's programs, which they fetch: npm run test:servers, npm run test:outputs.
    exclude: [...configDefaults.exclude, 'test/real-servers/**', 'test/outputs/**'],
    globalSetup: ['test/support/left-out.ts'],
    // Two test files beside each other, also on two cores: most of the time they wait for the program.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
