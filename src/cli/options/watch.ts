import type { AlertSettings } from '../../monitor/alerts/alert-settings.js';
import type { MetricsAddress } from '../../monitor/metrics/metrics-server.js';
import type { WatchSettings } from '../../monitor/watch-settings.js';
import { OptionError, parseDuration } from '../../run/settings/option-parsers.js';
import type { OptionRow } from './option-table.js';
import {
  parseAddress,
  parseFactor,
  parseShare,
  parseText,
  parseWebhook,
  unlessNone,
} from './watch-parsers.js';

const DEFAULT_ERROR_RATE = 0.1;
const DEFAULT_SLOW = 1.5;
const DEFAULT_STALL_MS = 5 * 60_000;

/** The options by which a run is watched from outside. */
export const WATCH_OPTIONS = [
  {
    flags: '--metrics-port <port>',
    meaning: 'serve metrics to Prometheus at this port of 127.0.0.1; another address as 0.0.0.0:9464',
    parse: parseAddress('--metrics-port'),
  },
  {
    flags: '--metrics-file <file>',
    meaning: 'write metrics into this file every 15 s, for the textfile collector of a node-exporter',
    parse: parseText('--metrics-file'),
  },
  {
    flags: '--alert <url>',
    meaning: 'tell this webhook (Slack, Mattermost, your own) what is wrong; may be given several times',
    parse: parseWebhook('--alert'),
    repeatable: true,
  },
  {
    flags: '--alert-command <command>',
    meaning: 'run this when something is wrong, with JSON on standard input; may be given several times',
    parse: parseText('--alert-command'),
    repeatable: true,
  },
  {
    flags: '--alert-error-rate <n%>',
    meaning: 'tell when more of the rows of the last five minutes fail; or none',
    default: '10%',
    parse: unlessNone(parseShare('--alert-error-rate')),
  },
  {
    flags: '--alert-slow <factor>',
    meaning: 'tell when the run takes more than this many times what --expect allows for its rows',
    default: '1.5',
    parse: parseFactor('--alert-slow'),
  },
  {
    flags: '--expect <duration>',
    meaning: 'time that a row should take of the run, such as 500ms',
    parse: parseDuration('--expect'),
  },
  {
    flags: '--alert-stall <duration>',
    meaning: 'tell when no row has finished for so long; or none',
    default: '5m',
    parse: unlessNone(parseDuration('--alert-stall')),
  },
  { flags: '--alert-finish', meaning: 'tell also when the run has finished' },
  {
    flags: '--log <file>',
    meaning: 'append what happens to this file, as lines of JSON; without what is in the rows',
    parse: parseText('--log'),
  },
  { flags: '--log-rows', meaning: 'log also what is in the rows that fail' },
] as const satisfies readonly OptionRow[];

/** What commander makes of them. */
export interface WatchFlags {
  readonly metricsPort?: MetricsAddress;
  readonly metricsFile?: string;
  readonly alert?: readonly string[];
  readonly alertCommand?: readonly string[];
  readonly alertErrorRate?: number | 'none';
  readonly alertSlow?: number;
  readonly expect?: number;
  readonly alertStall?: number | 'none';
  readonly alertFinish?: true;
  readonly log?: string;
  readonly logRows?: true;
}

/**
 * The settings that the flags make, with the documented defaults.
 *
 * @throws OptionError where an option does nothing without another one.
 */
export function watchSettingsOf(flags: WatchFlags): WatchSettings {
  if (flags.logRows && flags.log === undefined)
    throw new OptionError('--log-rows says what --log writes; give --log a file');
  return {
    metricsAddress: flags.metricsPort,
    metricsFile: flags.metricsFile,
    alerts: alertSettingsOf(flags),
    log: flags.log === undefined ? undefined : { path: flags.log, rows: flags.logRows ?? false },
  };
}

function alertSettingsOf(flags: WatchFlags): AlertSettings | undefined {
  const { alert = [], alertCommand = [], alertErrorRate, alertSlow, expect, alertStall, alertFinish } = flags;
  const given = Object.entries({
    '--alert-error-rate': alertErrorRate,
    '--alert-slow': alertSlow,
    '--expect': expect,
    '--alert-stall': alertStall,
    '--alert-finish': alertFinish,
  }).find(([, value]) => value !== undefined);
  if (alert.length + alertCommand.length === 0) {
    if (given === undefined) return undefined;
    throw new OptionError(`${given[0]} tells nobody; give --alert a URL, or --alert-command a command`);
  }
  if (alertSlow !== undefined && expect === undefined)
    throw new OptionError('--alert-slow needs --expect: what a row should take, such as 500ms');
  return {
    webhooks: alert,
    commands: alertCommand,
    errorRate: alertErrorRate === 'none' ? undefined : (alertErrorRate ?? DEFAULT_ERROR_RATE),
    slow: expect === undefined ? undefined : { factor: alertSlow ?? DEFAULT_SLOW, expectedMs: expect },
    stallMs: alertStall === 'none' ? undefined : (alertStall ?? DEFAULT_STALL_MS),
    finish: alertFinish ?? false,
  };
}
