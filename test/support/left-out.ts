import { findRealLlama } from '../fabric/llama/real-llama.js';
import { findChromium } from './find-chromium.js';
import { otherNodes } from './other-nodes.js';
import { hasRedis } from './redis-server.js';

/** Vitest's global set-up: says, after the last test, which tests were left out on this machine and why. */
export default function setUp(): () => void {
  const llama = findRealLlama();
  return () => {
    if (!hasRedis) console.log('left out: the tests of the queue (redis-server is not installed)');
    if (findChromium() === undefined)
      console.log('left out: the tests of reports in a browser (chromium is not installed)');
    if (otherNodes().length === 0)
      console.log('left out: the tests under other Nodes (BATCHAI_NODES names none)');
    if (llama.kind === 'missing')
      console.log(`left out: the tests with a real on-device model (${llama.why})`);
  };
}
