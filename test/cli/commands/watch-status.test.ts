import { describe, expect, it } from 'vitest';
import { type StatusView, type WatchPlace, watchStatus } from '../../../src/cli/commands/watch-status.js';

/** A run that is over at the last of so many looks. */
function viewOf(looks: number): StatusView<number> {
  let look = 0;
  return {
    look: async () => ++look,
    isOver: (status) => status === looks,
    text: (status) => `look ${status}\n${'x'.repeat(100)}\n`,
    line: (status) => `line ${status}`,
    json: (status) => ({ status }),
  };
}

/** Where nobody waits; what is written is kept. */
function placeOf(form: WatchPlace['form'], changed: Partial<WatchPlace> = {}) {
  const written: string[] = [];
  const waits: number[] = [];
  const place: WatchPlace = {
    form,
    write: (text) => written.push(text),
    size: () => ({ columns: 80, rows: 24 }),
    wait: async (ms) => void waits.push(ms),
    isEnded: () => false,
    everyMs: 1_000,
    ...changed,
  };
  return { place, written, waits };
}

describe('watching a status', () => {
  it('on a terminal draws over what is there, with lines that do not wrap', async () => {
    const { place, written, waits } = placeOf('screen');

    await watchStatus(viewOf(2), place);

    const line = `${'x'.repeat(78)}…`;
    expect(written).toEqual([
      '\x1b[2J',
      `\x1b[Hlook 1\x1b[K\n${line}\x1b[K\n\x1b[J`,
      `\x1b[Hlook 2\x1b[K\n${line}\x1b[K\n\x1b[J`,
    ]);
    expect(waits).toEqual([1_000]);
  });

  it('on a low terminal leaves out what has no room, so that nothing scrolls', async () => {
    const { place, written } = placeOf('screen', { size: () => ({ columns: 80, rows: 2 }) });

    await watchStatus(viewOf(1), place);

    expect(written.at(-1)).toBe('\x1b[Hlook 1\x1b[K\n\x1b[J');
  });

  it('in a log writes a line every ten seconds, and all of it at the end', async () => {
    const { place, written, waits } = placeOf('lines');

    await watchStatus(viewOf(22), place);

    expect(written.slice(0, 3)).toEqual(['line 1\n', 'line 11\n', 'line 21\n']);
    expect(written.slice(3)).toEqual([`look 22\n${'x'.repeat(100)}\n`]);
    expect(waits).toEqual(new Array(21).fill(1_000));
  });

  it('ends when somebody ends it', async () => {
    let isEnded = false;
    const { place, written } = placeOf('json', {
      isEnded: () => isEnded,
      wait: async () => {
        isEnded = true;
      },
    });

    await watchStatus(viewOf(5), place);

    expect(written).toEqual(['{"status":1}\n']);
  });
});
