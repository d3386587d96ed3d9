import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whole runs of the program, the examples of the documentation, and whatever talks to Redis. */
const E2E = ['test/e2e/**/*.test.ts', 'test/docs/**/*.test.ts', 'test/queue/**/*.test.ts'];

/** Kills at any moment, full disks, browsers, packed programs, real models, hours in simulation: many seconds each. */
const SLOW = [
  'test/checkpoint/crash-anywhere.test.ts',
  'test/checkpoint/lock.test.ts',
  'test/contracts/local-fabrics.test.ts',
  'test/e2e/full-disk.test.ts',
  'test/e2e/kill.test.ts',
  'test/e2e/large-rows.test.ts',
  'test/e2e/package.test.ts',
  'test/e2e/queue-kills.test.ts',
  'test/e2e/report-in-a-browser.test.ts',
  'test/e2e/view-in-a-browser.test.ts',
  'test/fabric/llama/real-model.test.ts',
  'test/fabric/local/language-model.test.ts',
  'test/fabric/local/open-local-fabric.test.ts',
  'test/limits/auto/rate-probe.test.ts',
  'test/limits/token-law.test.ts',
  'test/monitor/run-history.test.ts',
  'test/queue/killed-processes.test.ts',
];

// These run other people's programs, which they fetch: npm run test:servers, npm run test:outputs.
const ELSEWHERE = [...configDefaults.exclude, 'test/real-servers/**', 'test/outputs/**'];

const EVERY_PROJECT = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // Files share a process and the modules it has loaded, which takes a third of the time.
  isolate: false,
};

/** What takes longest begins first: at the end, files of milliseconds keep all workers busy. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project, moduleId }: TestSpecification) =>
      project.name === 'unit' ? 2 : SLOW.some((path) => moduleId.endsWith(`/${path}`)) ? 0 : 1;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    // A second run finds each unchanged file as the first one transformed it.
    experimental: { fsModuleCache: true, fsModuleCachePath: 'node_modules/.vite/modules' },
    globalSetup: ['test/support/left-out.ts'],
    // Four test files beside each other, also on two cores: most of the time they wait, for processes, flushes and each
    // other. No test asks how long something took, so that a busy machine makes them slower and nothing else.
    maxWorkers: Math.max(4, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    // No more of them: each transforms src/ anew, and has processes of its own.
    projects: [
      {
        test: {
          ...EVERY_PROJECT,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...ELSEWHERE, ...E2E, ...SLOW],
        },
      },
      {
        test: {
          ...EVERY_PROJECT,
          name: 'e2e',
          include: [...E2E, ...SLOW],
          exclude: ELSEWHERE,
          globalSetup: ['test/support/shared-redis.ts'],
        },
      },
    ],
  },
});
