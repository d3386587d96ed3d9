import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FoundPlaces } from '../../../src/run/view/found-places.js';

describe('the places that a search has found', () => {
  it('are those that were added, in their order, from anywhere on', () => {
    const gaps = fc.array(
      fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.integer({ min: 1, max: 5_000 })),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(gaps, fc.nat(220), fc.nat(60), (steps, from, count) => {
        const places = new FoundPlaces();
        const wanted: number[] = [];
        let place = 0;
        for (const step of steps) {
          place += step;
          places.add(place);
          wanted.push(place);
        }

        expect(places).toHaveLength(wanted.length);
        expect(places.slice(0, wanted.length)).toEqual(wanted);
        expect(places.slice(from, from + count)).toEqual(wanted.slice(from, from + count));
      }),
    );
  });
});
