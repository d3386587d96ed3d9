import type { AlertSettings, WatchSettings } from '../../monitor/watch-settings.js';
import type { Environment } from '../../run/settings/environment.js';
import type { WatchOptionTexts } from '../../run/settings/given-options.js';
import { OptionError, parseDuration } from '../../run/settings/option-parsers.js';
import { parseAddress, parseFactor, parseShare, parseText, parseWebhook } from '../watch-parsers.js';
import type { FlagsOf, OptionRow } from './option-table.js';

const DEFAULT_ERROR_RATE = '10%';
const DEFAULT_SLOW = '1.5';
const DEFAULT_STALL = '5m';

/** The options by which a run is watched from outside. */
export const WATCH_OPTIONS = [
  {
    flags: '--metrics-port <port>',
    group: 'Watching',
    meaning: 'serve metrics to Prometheus at this port of 127.0.0.1; another address as 0.0.0.0:9464',
  },
  {
    flags: '--metrics-file <file>',
    group: 'Watching',
    completes: 'file',
    meaning: 'write metrics into this file every 15 s, for the textfile collector of a node-exporter',
  },
  {
    flags: '--alert <url>',
    group: 'Watching',
    brief: 'send alerts to this webhook, or that in env:NAME',
    meaning:
      'send alerts to this webhook (Slack, Mattermost, your own), or to that in env:NAME, which a resume knows again; may be given several times',
    repeatable: true,
  },
  {
    flags: '--alert-command <command>',
    group: 'Watching',
    meaning: 'run this when something is wrong, with JSON on standard input; may be given several times',
    repeatable: true,
  },
  {
    flags: '--alert-error-rate <n%>',
    group: 'Watching',
    meaning: 'alert when more of the rows of the last five minutes fail; or none',
    default: '10%',
  },
  {
    flags: '--alert-slow <factor>',
    group: 'Watching',
    meaning: 'alert when the run takes more than this many times what --expect allows for its rows',
    default: '1.5',
  },
  {
    flags: '--expect <duration>',
    group: 'Watching',
    meaning: 'time that a row should take of the run, such as 500ms',
  },
  {
    flags: '--alert-stall <duration>',
    group: 'Watching',
    meaning: 'alert when no row has finished for this long; or none',
    default: '5m',
  },
  { flags: '--alert-finish', group: 'Watching', meaning: 'also alert when the run has finished' },
  {
    flags: '--notify',
    group: 'Watching',
    meaning:
      "ring the terminal's bell when the run ends, and have notify-send show it where that is installed",
  },
  {
    flags: '--log <file>',
    group: 'Watching',
    brief: 'append what happens to this file, as JSON lines',
    completes: 'file',
    meaning: 'append what happens to this file, as lines of JSON; without what is in the rows',
  },
  { flags: '--log-rows', group: 'Watching', meaning: 'log also what is in the rows that fail' },
] as const satisfies readonly OptionRow[];

export type WatchFlags = FlagsOf<(typeof WATCH_OPTIONS)[number]>;

/**
 * The settings that the options make, with the documented defaults.
 *
 * @param withheld names of options that an earlier start was given, and that hold secrets which nobody kept.
 * @throws OptionError where a value is not what its option takes, or an option does nothing without another one.
 */
export function watchSettingsOf(
  options: WatchOptionTexts,
  environment: Environment = {},
  withheld: readonly string[] = [],
): WatchSettings {
  const { metricsPort, metricsFile, log, logRows = false } = options;
  const file = unlessNone(log);
  if (logRows && log === undefined)
    throw new OptionError('--log-rows says what --log writes; give --log a file');
  return {
    metricsAddress: given(metricsPort, (port) => parseAddress('--metrics-port', port)),
    metricsFile: given(metricsFile, (path) => parseText('--metrics-file', path)),
    alerts: alertSettingsOf(options, environment, withheld),
    log: file === undefined ? undefined : { path: parseText('--log', file), rows: logRows },
    notifies: options.notify ?? false,
  };
}

function alertSettingsOf(
  options: WatchOptionTexts,
  environment: Environment,
  withheld: readonly string[],
): AlertSettings | undefined {
  const { alert = [], alertCommand = [], alertErrorRate, alertSlow, alertStall, alertFinish } = options;
  const webhooks = alert.filter(isAny).map((url) => parseWebhook('--alert', variableIn(url, environment)));
  const commands = alertCommand.filter(isAny).map((command) => parseText('--alert-command', command));
  const expect = unlessNone(options.expect);
  const errorRate = shareUnlessNone('--alert-error-rate', alertErrorRate ?? DEFAULT_ERROR_RATE);
  const stallMs = durationUnlessNone('--alert-stall', alertStall ?? DEFAULT_STALL);
  const factor = parseFactor('--alert-slow', alertSlow ?? DEFAULT_SLOW);
  const expectedMs = expect === undefined ? undefined : parseDuration('--expect', expect);
  const needsReceiver = Object.entries({
    '--alert-error-rate': alertErrorRate,
    '--alert-slow': alertSlow,
    '--expect': expect,
    '--alert-stall': alertStall,
    '--alert-finish': alertFinish,
  }).find(([, value]) => value !== undefined);
  if (webhooks.length + commands.length === 0) {
    const hadReceiver = [...withheld, ...[alert, alertCommand].filter(({ length }) => length > 0)].length > 0;
    if (needsReceiver === undefined || hadReceiver) return undefined;
    throw new OptionError(
      `${needsReceiver[0]} has no receiver; give --alert a URL, or --alert-command a command`,
    );
  }
  if (alertSlow !== undefined && expectedMs === undefined)
    throw new OptionError('--alert-slow needs --expect: what a row should take, such as 500ms');
  const slow = expectedMs === undefined ? undefined : { factor, expectedMs };
  return { webhooks, commands, errorRate, slow, stallMs, finish: alertFinish ?? false };
}

/** `none` takes back what a resumed run would else have as before. */
function isAny(text: string): boolean {
  return text !== 'none';
}

function unlessNone(text: string | undefined): string | undefined {
  return text === undefined || isAny(text) ? text : undefined;
}

function given<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  const asked = unlessNone(text);
  return asked === undefined ? undefined : parse(asked);
}

/**
 * What an `env:NAME` stands for: a secret in a variable is in no list of processes, and a resumed run finds it again.
 *
 * @throws OptionError where there is no such variable.
 */
function variableIn(text: string, environment: Environment): string {
  const [, name] = /^env:(\w+)$/.exec(text) ?? [];
  if (name === undefined) return text;
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new OptionError(`--alert: ${text} is to hold the webhook's URL, and is not set`);
}

function shareUnlessNone(option: string, text: string): number | undefined {
  return text === 'none' ? undefined : parseShare(option, text);
}

function durationUnlessNone(option: string, text: string): number | undefined {
  return text === 'none' ? undefined : parseDuration(option, text);
}
