import { stat } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { NextTurn } from '../../../src/fabric/http/next-turn.js';

// The event loop tells news from sockets and files, runs immediates, and looks for news again. What is given while news
// are told runs after the second time of immediates: there is a look for news in between.
it.each([
  ['while news are told', (give: () => void) => stat('.', give)],
  ['by an immediate', (give: () => void) => setImmediate(give)],
])('what is given %s runs after the news that have come by then', async (_, begin) => {
  const turns = countedTurns();
  const turn = new NextTurn();

  const [givenIn, ranIn] = await new Promise<[number, number]>((resolve) => {
    begin(() => {
      const givenIn = turns.past;
      turn.run(() => resolve([givenIn, turns.past]));
    });
  });

  expect(ranIn - givenIn).toBe(2);
});

it('all that is given runs once, in its order, also what a task gives', async () => {
  const turn = new NextTurn();
  const ran: number[] = [];

  await new Promise<void>((resolve) => {
    turn.run(() => {
      ran.push(1);
      turn.run(() => {
        ran.push(3);
        resolve();
      });
    });
    turn.run(() => ran.push(2));
  });

  expect(ran).toEqual([1, 2, 3]);
});

/** Counts how often immediates have run, at the beginning of each time. */
function countedTurns(): { readonly past: number } {
  const turns = { past: 0 };
  let next: NodeJS.Immediate;
  const count = () => {
    turns.past++;
    next = setImmediate(count);
  };
  next = setImmediate(count);
  onTestFinished(() => clearImmediate(next));
  return turns;
}
