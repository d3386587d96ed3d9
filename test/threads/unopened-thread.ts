import { serveThread } from '../../src/threads/serve-thread.js';

// Cannot be opened.
serveThread(async () => {
  throw new Error('not today');
});
