import { describe, expect, it } from 'vitest';
import { momentOf } from '../../../src/fabric/prompt/moment.js';
import { strftime } from '../../../src/fabric/prompt/strftime.js';

const written = (date: unknown, format: string, zone?: unknown) => {
  const moment = momentOf(date, zone);
  return moment === undefined ? undefined : strftime(moment, format);
};

describe('a date by a format', () => {
  it.each([
    ['%a %A %b %B %h', 'Thu Thursday Jan January Jan'],
    ['%C %d %e %j %m %y %Y', '20 05  5 005 01 23 2023'],
    ['%H %I %k %l %M %S %L %N %3N', '14 02 14  2 07 09 045 045000000 045'],
    ['%p %P %q %s %u %w %U %W', 'PM pm th 1672927629 4 4 01 01'],
    ['%z %:z %Z %%', '+0000 +00:00 +0000 %'],
    ['%-d/%-m %_m %04d %^a %#p %10A', '5/1  1 0005 THU pm   Thursday'],
    ['%E %Q %', '%E %Q %'],
  ])('%s', (format, text) => {
    expect(written('2023-01-05T14:07:09.045Z', format)).toBe(text);
  });

  it.each([
    ['2024-12-31', '366 52 53'],
    ['2024-03-01', '061 08 09'],
    ['0099-06-15', '166 24 24'],
  ])('of %s has the right day and week of its year', (date, text) => {
    expect(written(date, '%j %U %W')).toBe(text);
  });

  it.each([1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30].map((day) => [day]))(
    'counts the %i. of a month',
    (day) => {
      const endings: Record<number, string> = { 1: 'st', 2: 'nd', 3: 'rd', 21: 'st', 22: 'nd', 23: 'rd' };

      expect(written(`2024-01-${String(day).padStart(2, '0')}`, '%q')).toBe(endings[day] ?? 'th');
    },
  );

  it('is written in the zone that was asked for', () => {
    expect(written('2026-03-29T00:59:59Z', '%H:%M %z %Z', 'Europe/Berlin')).toBe('01:59 +0100 Europe/Berlin');
    expect(written('2026-03-29T01:00:00Z', '%H:%M %z', 'Europe/Berlin')).toBe('03:00 +0200');
    expect(written('2026-03-29T01:00:00Z', '%H:%M %z', 480)).toBe('17:00 -0800');
    expect(() => written('2026-03-29', '%H', 'Europe/Nowhere')).toThrow(RangeError);
  });

  it('with a width that would fill the memory is cut', () => {
    expect(written('2026-03-29', '%999999999d')?.length).toBe(1_000);
    expect(written('2026-03-29', '%999999999N')?.length).toBe(1_000);
  });
});

it.each([
  ['01-02-2024', '2024-01-02 +0000'],
  ['2024-01-02 10:00 (noon)', '2024-01-02 +0000'],
])('no zone is seen in %s', (date, text) => {
  expect(written(date, '%Y-%m-%d %z')).toBe(text);
});

it.each([[null], [undefined], [true], [{}], [''], ['soon'], ['31.12.2024']])('%j is no date', (value) => {
  expect(momentOf(value)).toBeUndefined();
});
