import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/monitor/metrics/metrics.js';
import { prometheusText } from '../../src/monitor/metrics/prometheus-text.js';
import { allAlerts } from '../monitor/alerts/some-alerts.js';
import { blocksOf, documentOf, examplesOf, matchesOf, tablesOf } from '../support/documents.js';
import { installedCheckout } from '../support/installed-checkout.js';

const PAGE = documentOf('watching');
const tableOf = (heading: string) => tablesOf(PAGE).find(([header]) => header?.[0] === heading) ?? [];

describe('what docs/watching.md says', () => {
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
    const [shown] = blocksOf(PAGE).filter(({ language }) => language === 'json');
    const [alert] = allAlerts();

    const fields = JSON.parse(shown?.lines.join('\n') ?? '');
    expect(Object.keys(fields)).toEqual(Object.keys(alert ?? {}));
    expect(Object.keys(fields.run)).toEqual(Object.keys(alert?.run ?? {}));
  });

  it('works as it is typed', async () => {
    const checkout = await installedCheckout();

    const { code, stdout } = await checkout.run(scriptOf('watching'));

    expect(code).toBe(0);
    const [metric, alert, line] = stdout.split('\n').filter((text) => !text.startsWith('#'));
    expect(metric).toMatch(/^batchai_rows_completed_total\{output=".*reviews\.csv"\} 60$/);
    expect(JSON.parse(alert ?? '')).toMatchObject({ alert: 'finished', summary: { total: 60 } });
    expect(JSON.parse(line ?? '')).toMatchObject({ event: 'ended', summary: { total: 60 } });
  });
});

it('what docs/report.md says works as it is typed', async () => {
  const checkout = await installedCheckout();

  const { code, stderr } = await checkout.run(scriptOf('report'));

  expect(code).toBe(0);
  expect(stderr).toContain('reviews.csv.report.html\n');
  for (const page of ['reviews.csv.report.html', 'night.html'])
    expect(await checkout.readOut(page)).toContain('sentiment');
});

it('what docs/view.md says works as it is typed', async () => {
  const checkout = await installedCheckout();

  const { code, stderr } = await checkout.run(scriptOf('view'));

  expect(code).toBe(0);
  expect(stderr).toMatch(/^batchai: view: .*reviews\.html$/m);
  expect(await checkout.readOut('reviews.html')).toContain('globalThis.heldRows');
});

function scriptOf(page: string): string {
  return examplesOf(documentOf(page))
    .flatMap(({ lines }) => lines)
    .join('\n');
}
