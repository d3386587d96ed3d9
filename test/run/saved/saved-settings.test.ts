import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addOptions } from '../../../src/cli/add-options.js';
import { RESUME_OPTIONS } from '../../../src/cli/options/resume.js';
import { RUN_OPTIONS, type RunFlags } from '../../../src/cli/options/run.js';
import { OPTION_KEEPING } from '../../../src/run/saved/option-keeping.js';
import { saveOptions } from '../../../src/run/saved/save-options.js';
import { savedSettingsOf } from '../../../src/run/saved/saved-settings.js';
import { settingsOfFiles } from '../../../src/run/settings/settings-of-options.js';

type Flags = (typeof RUN_OPTIONS)[number]['flags'];

/** Words for each option of `batchai run`: the compiler finds one that is missing here. */
const WORDS: Readonly<Record<Flags, readonly string[]>> = {
  '-f, --fabric <fabric>': ['-f', 'data/fabrics/first.yaml'],
  '-o, --output <file>': ['-o', 'data/out.csv'],
  '--format <format>': ['--format', 'csv'],
  '--delimiter <character>': ['--delimiter', ';'],
  '--encoding <name>': ['--encoding', 'windows-1252'],
  '--quote <character or none>': ['--quote', 'none'],
  '--escape <character>': ['--escape', '\\'],
  '--skip-lines <n>': ['--skip-lines', '2'],
  '--inputs <columns>': ['--inputs', 'name,text="a,b"'],
  '--output-format <format>': ['--output-format', 'tsv'],
  '--resume': ['--resume'],
  '--overwrite': ['--overwrite'],
  '-c, --concurrency <n>': ['-c', 'auto'],
  '-b, --batch-size <n>': ['-b', '7'],
  '-r, --rate-limit <rate>': ['-r', '20/s'],
  '--attempts <n>': ['--attempts', '5'],
  '--timeout <duration>': ['--timeout', '90'],
  '--output-column <name>': ['--output-column', 'answer'],
  '--no-output-column': ['--no-output-column'],
  '--columns [names]': ['--columns', 'title,tags'],
  '--escape-formulas': ['--escape-formulas'],
  '--price <price>': ['--price', 'input=3,output=15'],
  '--max-cost <amount>': ['--max-cost', '$5'],
  '--max-calls <n>': ['--max-calls', '900'],
  '--deadline <time>': ['--deadline', '06:00'],
  '--no-dedupe': ['--no-dedupe'],
  '--cache [folder]': ['--cache', 'data/kept'],
  '--cache-ttl <duration>': ['--cache-ttl', '30d'],
  '--tier <fabric>': ['--tier', 'data/better.yaml', '--tier', 'best'],
  '--min-score <n>': ['--min-score', '0.7'],
  '--score <scorer>': ['--score', 'module:data/score.mjs'],
  '--meta-columns [names]': ['--meta-columns'],
  '--checkpoint <dir>': ['--checkpoint', 'data/state'],
  '--dead-letters <file>': ['--dead-letters', 'data/bad.jsonl'],
  '--max-errors <n or n%>': ['--max-errors', '5%'],
  '--bad-rows <stop, dead-letter or fill>': ['--bad-rows', 'fill'],
  '-n, --limit <n>': ['--limit', '3'],
  '--dry-run': ['--dry-run'],
  '--base-url <url>': ['--base-url', 'http://127.0.0.1:1/v1'],
  '--batch-api': ['--batch-api'],
  '--no-batch-api': ['--no-batch-api'],
  '--detach': ['--detach'],
  '--batch-api-poll <duration>': ['--batch-api-poll', '2m'],
  '--batch-api-rows <n>': ['--batch-api-rows', '100'],
  '--env-file <file>': ['--env-file', 'data/keys.env'],
  '--profile <name>': ['--profile', 'night'],
  '--where <expression>': ['--where', 'stars < 3'],
  '--sample-rows <n>': ['--sample-rows', '4'],
  '--seed <n>': ['--seed', '2'],
  '--skip-filled': ['--skip-filled'],
  '--batch-api-tokens <n>': ['--batch-api-tokens', '90000'],
  '--gone-batches <stop, again or dead-letter>': ['--gone-batches', 'again'],
  '--live-after <time>': ['--live-after', '20h'],
  '--keep-remote': ['--keep-remote'],
  '--queue <url>': ['--queue', 'redis://127.0.0.1:1'],
  '--queue-prefix <prefix>': ['--queue-prefix', '{mine}'],
  '--queue-files <how>': ['--queue-files', 'shared'],
  '--metrics-port <port>': ['--metrics-port', '9464'],
  '--metrics-file <file>': ['--metrics-file', 'data/batchai.prom'],
  '--alert <url>': ['--alert', 'env:WEBHOOK'],
  '--alert-command <command>': ['--alert-command', 'curl -H "key: SECRET"'],
  '--alert-error-rate <n%>': ['--alert-error-rate', '20%'],
  '--alert-slow <factor>': ['--alert-slow', '2'],
  '--expect <duration>': ['--expect', '500ms'],
  '--alert-stall <duration>': ['--alert-stall', '9m'],
  '--alert-finish': ['--alert-finish'],
  '--notify': ['--notify'],
  '--log <file>': ['--log', 'data/run.log'],
  '--log-rows': ['--log-rows'],
  '--json': ['--json'],
  '--no-progress': ['--no-progress'],
  '-q, --quiet': ['--quiet'],
  '-y, --yes': ['--yes'],
};

/** Options that are about one start, and that a resume is given anew. */
const OF_A_START = ['resume', 'overwrite', 'detach', 'dryRun', 'profile', 'json', 'progress', 'quiet', 'yes'];
const PLACES = ['output', 'checkpoint'];

/** What such words become after a save and a restore. */
function roundTrip(words: readonly string[], output = 'data/out.csv') {
  const command = addOptions(new Command().exitOverride(), RUN_OPTIONS);
  command.parse(['-f', 'summary', ...words], { from: 'user' });
  const given = { ...command.opts<RunFlags>(), input: 'data/rows.csv' };
  const { options, withheld } = saveOptions(given, output);
  const saved = JSON.parse(JSON.stringify({ options, withheld }));
  return { given, saved, restored: savedSettingsOf({ settings: saved }, output) };
}

describe('the settings that a run had last', () => {
  it.each(RUN_OPTIONS.map(({ flags }) => flags))(
    '%s is as it was given, or was never to be kept',
    (flags) => {
      const command = addOptions(new Command().exitOverride(), RUN_OPTIONS);
      const name = command.options.find((option) => option.flags === flags)?.attributeName() ?? '';

      const { given, restored } = roundTrip(WORDS[flags]);

      const value = Object.entries(restored.options).find(([known]) => known === name)?.[1];
      if (OF_A_START.includes(name) || PLACES.includes(name)) expect(value).toBeUndefined();
      else if (name === 'alertCommand') expect(restored.withheld).toEqual(['alertCommand']);
      else {
        expect(value).toEqual(Object.entries(given).find(([known]) => known === name)?.[1]);
        expect(value).not.toBeUndefined();
      }
    },
  );

  it('make the same settings, all at once', () => {
    const flags = RUN_OPTIONS.map((row) => row.flags).filter(
      (one) =>
        !['--no-batch-api', '--no-output-column', '--resume', '--overwrite', '--detach'].includes(one) &&
        one !== '-o, --output <file>',
    );

    const { given, restored } = roundTrip(flags.flatMap((one) => WORDS[one]));

    const { given: _given, checkpoint: _place, ...before } = settingsOfFiles(given, {});
    const { fabric = '', input = '', ...others } = restored.options;
    const { given: _restored, ...after } = settingsOfFiles({ ...others, fabric, input }, {});
    expect(after).toEqual(before);
  });

  it('have each option of a run in one of the lists', () => {
    const command = addOptions(new Command().exitOverride(), RUN_OPTIONS);
    const names = command.options.map((option) => option.attributeName());

    const unknown = names.filter(
      (name) => !Object.hasOwn(OPTION_KEEPING, name) && !OF_A_START.includes(name),
    );

    expect(unknown).toEqual([]);
  });

  it.each([
    ['--alert', 'https://hooks.example/SECRET', 'alert'],
    ['--alert-command', 'curl https://hooks.example/SECRET', 'alertCommand'],
    ['--queue', 'rediss://user:SECRET@redis.example', 'queue'],
    ['--queue', 'redis://:SEC/x#SECRET@redis.example', 'queue'],
  ])('hold no secret of %s %s, but know that there was one', (option, value, name) => {
    const { saved, restored } = roundTrip([option, value]);

    expect(JSON.stringify(saved)).not.toContain('SEC');
    expect(restored.withheld).toEqual([name]);
  });

  it('hold an alert and a secret one apart', () => {
    expect(roundTrip(['--alert', 'env:HOOK']).restored).toMatchObject({
      options: { alert: ['env:HOOK'] },
      withheld: [],
    });
    expect(
      roundTrip(['--alert', 'env:HOOK', '--alert', 'https://x.example/SECRET']).restored.withheld,
    ).toEqual(['alert']);
  });

  it('move with their folder', () => {
    const words = ['-f', 'data/f.yaml', '--score', 'fabric:data/judge.yaml', '--cache', 'elsewhere'];
    const { saved } = roundTrip([...words, '--tier', 'local:data/m.gguf']);

    expect(savedSettingsOf({ settings: saved }, '/new/place/out.csv').options).toMatchObject({
      input: '/new/place/rows.csv',
      fabric: '/new/place/f.yaml',
      tier: ['local:/new/place/m.gguf'],
      score: 'fabric:/new/place/judge.yaml',
      cache: '/new/elsewhere',
    });
  });

  it('are refused where somebody has changed them into something else', () => {
    const settings = { options: { maxCost: { amount: 5 } } };

    expect(() => savedSettingsOf({ settings }, 'out.csv')).toThrow(
      'the checkpoint of out.csv is damaged: settings.options.maxCost is not what a run writes',
    );
  });
});

describe('the options of a resume', () => {
  it('are all options of a run but what it is found by, and none has to be given', () => {
    const command = addOptions(new Command().exitOverride(), RESUME_OPTIONS);
    const names = new Set(command.options.map((option) => option.attributeName()));
    const run = addOptions(new Command(), RUN_OPTIONS).options.map((option) => option.attributeName());

    command.parse([], { from: 'user' });

    expect(run.filter((name) => !names.has(name))).toEqual(['output', 'resume', 'overwrite']);
    // Nothing that was not typed may count more than what the run had last.
    expect(command.opts()).toEqual({ progress: true });
  });

  it.each([
    ['--dedupe', { dedupe: true }],
    ['--no-log-rows', { logRows: false }],
    ['--no-alert-finish', { alertFinish: false }],
  ])('take a flag back: %s', (word, values) => {
    const command = addOptions(new Command().exitOverride(), RESUME_OPTIONS);

    command.parse([word], { from: 'user' });

    expect(command.opts()).toEqual({ progress: true, ...values });
  });
});
