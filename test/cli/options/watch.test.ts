import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addOptions } from '../../../src/cli/add-options.js';
import { WATCH_OPTIONS, type WatchFlags, watchSettingsOf } from '../../../src/cli/options/watch.js';
import { OptionError } from '../../../src/run/settings/option-parsers.js';

const HOOK = 'https://hooks.example/services/SECRET';

/** The settings that such words make, on their way through the table. */
function settingsFrom(...words: string[]) {
  const command = addOptions(new Command().exitOverride(), WATCH_OPTIONS);
  command.parse(words, { from: 'user' });
  return watchSettingsOf(command.opts<WatchFlags>());
}

function refusalOf(...words: string[]): string {
  try {
    settingsFrom(...words);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
  throw new Error(`nothing was refused of ${words.join(' ')}`);
}

describe('the settings of who watches', () => {
  it('are none where nothing is given', () => {
    expect(settingsFrom()).toEqual({
      metricsAddress: undefined,
      metricsFile: undefined,
      alerts: undefined,
      log: undefined,
      notifies: false,
    });
  });

  it('have the documented defaults for alerts', () => {
    expect(settingsFrom('--alert', HOOK).alerts).toEqual({
      webhooks: [HOOK],
      commands: [],
      errorRate: 0.1,
      slow: undefined,
      stallMs: 300_000,
      finish: false,
    });
  });

  it('take what is given', () => {
    const words = [
      '--alert-error-rate',
      '2.5%',
      '--alert-slow',
      '3',
      '--expect',
      '500ms',
      '--alert-stall',
      '90s',
    ];

    const { alerts } = settingsFrom('--alert-command', 'true', ...words, '--alert-finish');

    expect(alerts).toEqual({
      webhooks: [],
      commands: ['true'],
      errorRate: 0.025,
      slow: { factor: 3, expectedMs: 500 },
      stallMs: 90_000,
      finish: true,
    });
  });

  it('have a factor of 1.5 where only the expected time is given', () => {
    expect(settingsFrom('--alert', HOOK, '--expect', '2s').alerts?.slow).toEqual({
      factor: 1.5,
      expectedMs: 2_000,
    });
  });

  it('leave out what is not to be looked at', () => {
    const { alerts } = settingsFrom('--alert', HOOK, '--alert-error-rate', 'none', '--alert-stall', 'none');

    expect(alerts).toMatchObject({ errorRate: undefined, stallMs: undefined });
  });

  it('hold every webhook and command, in order', () => {
    const { alerts } = settingsFrom(
      ...['--alert', 'http://a.example', '--alert-command', 'one', '--alert=https://b.example/x'],
      ...['--alert-command', 'two "2"'],
    );

    expect(alerts).toMatchObject({
      webhooks: ['http://a.example', 'https://b.example/x'],
      commands: ['one', 'two "2"'],
    });
  });

  it.each([
    ['9464', { host: '127.0.0.1', port: 9464 }],
    ['0', { host: '127.0.0.1', port: 0 }],
    ['0.0.0.0:9464', { host: '0.0.0.0', port: 9464 }],
    ['[::1]:9464', { host: '::1', port: 9464 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
  ])('serve metrics at %s', (text, address) => {
    expect(settingsFrom('--metrics-port', text).metricsAddress).toEqual(address);
  });

  it('log rows only where that is asked for', () => {
    expect(settingsFrom('--log', 'run.log').log).toEqual({ path: 'run.log', rows: false });
    expect(settingsFrom('--log', 'run.log', '--log-rows').log).toEqual({ path: 'run.log', rows: true });
  });
});

describe('what is refused', () => {
  it.each([
    ['--metrics-port', ['', 'x', '65536', '-1', ':9464', '::1:9464', '[::1]', '1.5', '127.0.0.1:', '123456']],
    ['--metrics-file', ['', ' ']],
    ['--alert-command', ['', ' ']],
    ['--alert-error-rate', ['', '10', '0.1', '100%', '-1%', '%', 'ten%', 'None']],
    ['--alert-slow', ['', '1', '0.5', '-2', '1e3', 'x', 'Infinity']],
    ['--expect', ['', '0', 'soon']],
    ['--alert-stall', ['', '0', 'soon', '1w']],
    ['--log', ['', ' ']],
  ])('%s, with what was wanted', (option, texts) => {
    for (const text of texts) expect(refusalOf(`${option}=${text}`)).toMatch(`${option}: `);
  });

  it.each(['SECRET', 'hooks.example/SECRET', 'ftp://hooks.example/SECRET', 'https://'])(
    'a webhook that is none, without repeating it: %j',
    (text) => {
      expect(refusalOf('--alert', text)).toBe('--alert: wanted a URL that begins with https:// or http://');
    },
  );

  it.each([
    ['--alert-error-rate', '5%'],
    ['--alert-slow', '2'],
    ['--expect', '1s'],
    ['--alert-stall', '5m'],
    ['--alert-finish'],
  ])('%s where there is no receiver', (option, ...values) => {
    expect(refusalOf(option, ...values)).toBe(
      `${option} has no receiver; give --alert a URL, or --alert-command a command`,
    );
  });

  it('--alert-slow without what to expect, and --log-rows without a log', () => {
    expect(refusalOf('--alert', HOOK, '--alert-slow', '2')).toMatch('needs --expect');
    expect(refusalOf('--log-rows')).toMatch('give --log a file');
  });
});
