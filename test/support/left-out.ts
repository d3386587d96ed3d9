import { SHELLS } from '../../src/cli/completion/shells.js';
import { findRealLlama } from '../fabric/llama/real-llama.js';
import { findChromium } from './find-chromium.js';
import { otherNodes } from './other-nodes.js';
import { hasRedis } from './redis-server.js';
import { hasShell } from './shell-terminal.js';

/** Vitest's global set-up: says, after the last test, which tests were left out on this machine and why. */
export default function setUp(): () => void {
  const llama = findRealLlama();
  return () => {
    if (!hasRedis) console.log('left out: the tests of the queue (redis-server is not installed)');
    if (findChromium() === undefined)
      console.log('left out: the tests of reports in a browser (chromium is not installed)');
    const shells = SHELLS.filter((shell) => !hasShell(shell));
    if (shells.length > 0)
      console.log(
        `left out: the tests of completing in ${shells.join(', ')} (not installed, or script is not)`,
      );
    if (otherNodes().length === 0)
      console.log('left out: the tests under other Nodes (BATCHAI_NODES names none)');
    if (llama.kind === 'missing')
      console.log(`left out: the tests with a real on-device model (${llama.why})`);
  };
}
