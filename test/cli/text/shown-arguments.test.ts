import { describe, expect, it } from 'vitest';
import { shownArguments } from '../../../src/cli/text/shown-arguments.js';

describe('the words of a command, as they are shown', () => {
  it('are as they were typed', () => {
    const words = [
      'run',
      'a b.csv',
      '--fabric',
      'x',
      '--base-url',
      'http://127.0.0.1:1/v1',
      '-o',
      'me@home.csv',
    ];

    expect(shownArguments(words)).toEqual(words);
  });

  it.each([
    [['--alert', 'https://hooks.slack.com/services/T0/B0/SECRET']],
    [['--alert=https://hooks.slack.com/services/T0/B0/SECRET']],
    [['--alert', 'https://me:SECRET@hooks.slack.com']],
    [['--alert', 'https://hooks.slack.com?token=SECRET']],
    [['--alert', 'SECRET']],
    [['--alert-command', 'curl -d @- https://hooks.slack.com/SECRET']],
    [['--alert-command=curl\n-H "x: SECRET"']],
    [['--queue', 'rediss://user:SECRET@redis.example:6379']],
    [['--queue=redis://:SEC@RET@redis.example']],
    [['--queue', 'redis://:SEC/x#@RET@redis.example']],
  ])('hold no secret of %j', (words) => {
    const shown = shownArguments(['run', 'rows.csv', ...words, '--resume']).join(' ');

    expect(shown).not.toMatch(/SEC|RET/);
    expect(shown).toMatch(/^run rows\.csv --\S+.* --resume$/s);
  });

  it('still say where an alert goes', () => {
    expect(shownArguments(['--alert', 'https://hooks.slack.com:8443/SECRET'])).toEqual([
      '--alert',
      'https://hooks.slack.com:8443/…',
    ]);
  });
});
