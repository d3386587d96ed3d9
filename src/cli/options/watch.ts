import type { AlertSettings, WatchSettings } from '../../monitor/watch-settings.js';
import { OptionError, parseDuration } from '../../run/settings/option-parsers.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { parseAddress, parseFactor, parseShare, parseText, parseWebhook } from './watch-parsers.js';

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
    meaning: 'send alerts to this webhook (Slack, Mattermost, your own); may be given several times',
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
    flags: '--log <file>',
    group: 'Watching',
    completes: 'file',
    meaning: 'append what happens to this file, as lines of JSON; without what is in the rows',
  },
  { flags: '--log-rows', group: 'Watching', meaning: 'log also what is in the rows that fail' },
] as const satisfies readonly OptionRow[];

export type WatchFlags = FlagsOf<(typeof WATCH_OPTIONS)[number]>;

/**
 * The settings that the flags make, with the documented defaults.
 *
 * @throws OptionError where a value is not what its option takes, or an option does nothing without another one.
 */
export function watchSettingsOf(flags: WatchFlags): WatchSettings {
  const { metricsPort, metricsFile, log, logRows = false } = flags;
  if (logRows && log === undefined)
    throw new OptionError('--log-rows says what --log writes; give --log a file');
  return {
    metricsAddress: metricsPort === undefined ? undefined : parseAddress('--metrics-port', metricsPort),
    metricsFile: metricsFile === undefined ? undefined : parseText('--metrics-file', metricsFile),
    alerts: alertSettingsOf(flags),
    log: log === undefined ? undefined : { path: parseText('--log', log), rows: logRows },
  };
}

function alertSettingsOf(flags: WatchFlags): AlertSettings | undefined {
  const { alert = [], alertCommand = [], alertErrorRate, alertSlow, expect, alertStall, alertFinish } = flags;
  const webhooks = alert.map((url) => parseWebhook('--alert', url));
  const commands = alertCommand.map((command) => parseText('--alert-command', command));
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
    if (needsReceiver === undefined) return undefined;
    throw new OptionError(
      `${needsReceiver[0]} has no receiver; give --alert a URL, or --alert-command a command`,
    );
  }
  if (alertSlow !== undefined && expectedMs === undefined)
    throw new OptionError('--alert-slow needs --expect: what a row should take, such as 500ms');
  const slow = expectedMs === undefined ? undefined : { factor, expectedMs };
  return { webhooks, commands, errorRate, slow, stallMs, finish: alertFinish ?? false };
}

function shareUnlessNone(option: string, text: string): number | undefined {
  return text === 'none' ? undefined : parseShare(option, text);
}

function durationUnlessNone(option: string, text: string): number | undefined {
  return text === 'none' ? undefined : parseDuration(option, text);
}
