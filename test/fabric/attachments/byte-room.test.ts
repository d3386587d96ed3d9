import { expect, it } from 'vitest';
import { ByteRoom } from '../../../src/fabric/attachments/byte-room.js';

it('never gives more bytes than there are, and gives them in the order of asking', async () => {
  const room = new ByteRoom(10);
  const given: number[] = [];
  const ask = (bytes: number) => room.take(bytes).then(() => given.push(bytes));

  const asked = [ask(6), ask(5), ask(1), ask(4)];
  await asked[0];
  expect(given).toEqual([6]);
  room.giveBack(6);
  await Promise.all(asked);

  expect(given).toEqual([6, 5, 1, 4]);
});

it('gives what is larger than all of it when nobody else has any', async () => {
  const room = new ByteRoom(10);
  await room.take(1);
  let isGiven = false;
  const large = room.take(50).then(() => {
    isGiven = true;
  });

  await Promise.resolve();
  expect(isGiven).toBe(false);
  room.giveBack(1);
  await large;

  expect(isGiven).toBe(true);
});

it('refuses whoever waits when it is closed', async () => {
  const room = new ByteRoom(1);
  await room.take(1);
  const waiting = room.take(1);

  room.close(new Error('the run stopped'));

  await expect(waiting).rejects.toThrow('the run stopped');
  await expect(room.take(1)).rejects.toThrow('the run stopped');
});
