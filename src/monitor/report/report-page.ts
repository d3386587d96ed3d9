import { createHash } from 'node:crypto';
import { resultsInWords } from '../../wording/results-in-words.js';
import { counted, formatCount, formatDuration, nounFor } from '../../wording/wording.js';
import { RunTally } from '../run-tally.js';
import { answerSection } from './answer-section.js';
import { chartSection } from './chart-section.js';
import { failedRowSection } from './failed-rows.js';
import { failureTable } from './failure-table.js';
import { formatAmount, formatMoment } from './format-figures.js';
import { Html, html, jsonElement } from './html.js';
import { keyFigures } from './key-figures.js';
import { STYLE } from './page/style.js';
import type { PageAssets } from './page-assets.js';
import type { ReportFacts, ReportSetting, RunState } from './report-facts.js';
import { sampleSection, slowestSection } from './row-sections.js';
import { tierTable } from './tier-table.js';

/** Marks a page as a report, which `report -o` may replace. */
export const GENERATOR = '<meta name="generator" content="batchai report">';

/**
 * The report as one self-contained HTML page with its styles, its scripts and uPlot. Its content security policy
 * runs and fetches nothing else, whatever the rows hold.
 */
export function reportPage(facts: ReportFacts, assets: PageAssets): string {
  const { history } = facts;
  const tally = new RunTally(facts.counts);
  const tallies = tally.failures;
  const kinds = Object.keys(tallies).sort((a, b) => (tallies[b]?.count ?? 0) - (tallies[a]?.count ?? 0));
  const { charts, section } = chartSection(history, tally, kinds, facts.costUnit);
  const body = html`${pageHeader(facts, tally)}
<main>
${keyFigures(tally, facts.elapsedMs, facts.costUnit)}
${section}
${failureTable({ kinds, tallies, examples: history?.failures ?? {}, retried: facts.retried })}
${tierTable(tally, facts)}
${answerSection(facts.answers)}
${failedRowSection({ rows: facts.failedRows, count: tally.failed })}
${sampleSection(history?.samples.rows ?? [], tally.succeeded)}
<div class="pair">
${slowestSection(history?.slowest ?? [])}
<div>
${settingList('Settings', facts.settings)}
${settingList('Fingerprint', facts.fingerprint)}
</div>
</div>
</main>
<footer>Made by batchai ${facts.version} on ${formatMoment(facts.madeAt)}, from what the run had saved on ${formatMoment(facts.savedAt)}. Charts: uPlot (MIT licence, © Leon Sorokin).</footer>`;
  return documentOf(`${facts.output}: batchai report`, body, jsonElement('charts', charts), assets);
}

/**
 * `492 of 500 rows have an answer, after 32 s of work; 8 failed. It cost $0.98.` Of a run that is not at its end, `312 of 500
 * have a result, 188 to go, after 32 s of work. It cost $0.60. It stopped: interrupted by SIGINT.`
 */
function outcomeSentence(facts: ReportFacts, tally: RunTally): string {
  const { elapsedMs, costUnit, costIsGuess, rows, state, stoppedBy } = facts;
  const { succeeded, failed, spending } = tally;
  const answered = `${formatCount(succeeded)} of ${counted(succeeded + failed, 'row')} ${nounFor(succeeded, 'has', 'have')} an answer`;
  const done = state.startsWith('finished') ? answered : resultsInWords(rows.done, rows.total);
  const took = elapsedMs === 0 ? '' : `, after ${formatDuration(elapsedMs)} of work`;
  const others = failed === 0 ? '' : `; ${formatCount(failed)} failed`;
  const guess = costIsGuess ? ' by a guessed price' : '';
  const cost = spending.cost > 0 ? ` It cost ${formatAmount(spending.cost, costUnit)}${guess}.` : '';
  const why = stoppedBy === null ? '' : ` It stopped: ${stoppedBy.replace(/\.$/, '')}.`;
  return `${done}${took}${others}.${cost}${why}`;
}

function nextCommand({ next }: ReportFacts): Html | undefined {
  return next && html`<p class="next">${next.what}: <code>${next.command}</code></p>`;
}

const TONES: Readonly<Record<RunState, string>> = {
  finished: 'good',
  'finished with failures': 'warn',
  running: 'live',
  stopped: 'warn',
  killed: 'warn',
};

function pageHeader(facts: ReportFacts, tally: RunTally): Html {
  const { fabric, output, state, startedAt, savedAt, remarks } = facts;
  return html`<header class="top">
<p class="state ${TONES[state]}">${state}</p>
<h1><bdi>${fabric}</bdi> <span class="arrow">→</span> <bdi>${output}</bdi></h1>
<p class="outcome">${outcomeSentence(facts, tally)}</p>
${nextCommand(facts)}
<p class="when">started ${formatMoment(startedAt)}, ${state.startsWith('finished') ? 'finished' : 'last saved'} ${formatMoment(savedAt)}</p>
${remarks.map((remark) => html`<p class="remark">${remark}</p>`)}
</header>`;
}

function settingList(title: string, settings: readonly ReportSetting[]): Html {
  const lines = settings.map(({ what, value }) => html`<dt>${what}</dt><dd><bdi>${value}</bdi></dd>`);
  return html`<section><h2>${title}</h2><dl class="facts card">${lines}</dl></section>`;
}

function documentOf(title: string, body: Html, data: Html, assets: PageAssets): string {
  const style = `${assets.plotStyle}\n${STYLE}`;
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(assets.plotScript)} ${hashOf(assets.chartScript)} ${hashOf(assets.searchScript)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
${new Html(GENERATOR)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}
${data}
${new Html(`<!--\nuPlot, which draws the charts:\n${assets.plotLicence}-->`)}
${new Html(`<script>${assets.plotScript}</script>`)}
${new Html(`<script type="module">${assets.chartScript}</script>`)}
${new Html(`<script type="module">${assets.searchScript}</script>`)}
</body>
</html>
`.text;
}

/** The hash by which the policy allows one inline element. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
