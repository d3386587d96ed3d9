import type { RunningBatchai } from '../support/start-batchai.js';

/** What Prometheus reads: each line's name and labels, with its figure. */
export function figuresIn(text: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** The sum of all lines of a metric, whatever their labels. */
export function sumOf(figures: Record<string, number>, name: string): number {
  return Object.entries(figures)
    .filter(([line]) => line === name || line.startsWith(`${name}{`))
    .reduce((sum, [, figure]) => sum + figure, 0);
}

/** Where a run that has said so serves its metrics. */
export async function metricsUrlOf(batchai: RunningBatchai): Promise<string> {
  await batchai.stderrIncludes('/metrics\n');
  const [, url = ''] = /metrics at (http:\S+)/.exec(batchai.stderr()) ?? [];
  return url;
}

/** The metrics at a URL, read again and again until they are so. */
export async function figuresOnce(
  url: string,
  isSo: (figures: Record<string, number>) => boolean,
): Promise<Record<string, number>> {
  for (;;) {
    const figures = figuresIn(await (await fetch(url)).text());
    if (isSo(figures)) return figures;
  }
}
