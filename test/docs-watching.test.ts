import { describe, expect, it } from 'vitest';
import { Metrics } from '../src/monitor/metrics.js';
import { prometheusText } from '../src/monitor/prometheus-text.js';
import { allAlerts } from './monitor/alerts/some-alerts.js';
import { blocksOf, matchesOf, sectionOf, tablesOf } from './support/readme.js';

const SECTION = sectionOf('Watching a run');
const tableOf = (heading: string) => tablesOf(SECTION).find(([header]) => header?.[0] === heading) ?? [];

describe('what the README says of watching a run', () => {
  it('is a line for each metric that there is', async () => {
    const text = await prometheusText(new Metrics())();

    const cells = tableOf('metric')
      .slice(1)
      .map(([names = '']) => names);
    const listed = cells.flatMap((names) => matchesOf(/`([a-z_]+)/g, names));
    expect(listed.sort()).toEqual(matchesOf(/^# TYPE (\S+)/gm, text).sort());
  });

  it('is a line for each alert that there is', () => {
    const listed = tableOf('alert')
      .slice(1)
      .map(([name]) => name);

    expect(listed).toEqual(allAlerts().map(({ alert }) => `\`${alert}\``));
  });

  it('shows an alert with the fields that all have', () => {
    const [shown] = blocksOf(SECTION).filter(({ language }) => language === 'json');
    const [alert] = allAlerts();

    const fields = JSON.parse(shown?.lines.join('\n') ?? '');
    expect(Object.keys(fields)).toEqual(Object.keys(alert ?? {}));
    expect(Object.keys(fields.run)).toEqual(Object.keys(alert?.run ?? {}));
  });
});
