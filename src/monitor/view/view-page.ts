import { createHash } from 'node:crypto';
import { Html, html, jsonElement } from '../report/html.js';
import { VIEW_STYLE } from './page/view-style.js';
import type { ViewAssets } from './view-assets.js';
import type { ViewFacts, WholeRow } from './view-forms.js';

/** Marks a page as one of rows, which `view -o` may replace. */
export const VIEW_GENERATOR = '<meta name="generator" content="batchai view">';

/** Headers of all that is served: nothing of it is kept, guessed at, framed, or told to other sites. */
export const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const;

export interface ViewPageText {
  readonly text: string;
  /** Its content security policy, for the header. */
  readonly policy: string;
}

/** Rows that a page holds itself. */
export interface HeldRows {
  readonly facts: ViewFacts;
  readonly rows: readonly WholeRow[];
}

/** The page that asks its server for rows. There is nothing of them in it. */
export function servedPage(assets: ViewAssets): ViewPageText {
  const policy = policyOf(assets, "connect-src 'self'; frame-ancestors 'none'");
  return { policy, text: documentOf('batchai view', new Html(''), new Html(''), assets) };
}

/** The page that holds its rows: one file that needs nothing else. */
export function heldPage(held: HeldRows, assets: ViewAssets): string {
  const policy = html`<meta http-equiv="Content-Security-Policy" content="${policyOf(assets, '')}">`;
  return documentOf(`${held.facts.output}: batchai view`, policy, jsonElement('held', held), assets);
}

function policyOf(assets: ViewAssets, more: string): string {
  return [
    "default-src 'none'",
    `style-src ${hashOf(VIEW_STYLE)}`,
    `script-src ${hashOf(assets.heldScript)} ${hashOf(assets.viewScript)}`,
    "base-uri 'none'",
    "form-action 'none'",
    ...(more === '' ? [] : [more]),
  ].join('; ');
}

function documentOf(title: string, policy: Html, data: Html, assets: ViewAssets): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${policy}
${new Html(VIEW_GENERATOR)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(VIEW_STYLE)}</style>
</head>
<body>
${new Html(BODY)}
${data}
${new Html(`<script>${assets.heldScript}</script>`)}
${new Html(`<script type="module">${assets.viewScript}</script>`)}
</body>
</html>
`.text;
}

const BODY = `<header class="top">
<div class="title"><h1 id="title">…</h1><span id="state" class="state" hidden></span></div>
<p id="counts" class="note" role="status"></p>
<p id="problem" class="problem" role="alert" hidden></p>
</header>
<form id="tools" class="tools" role="search">
<input id="words" type="search" placeholder="Search rows and answers  ( / )" aria-label="Search rows and answers" autocomplete="off" spellcheck="false">
<div id="filters" class="filters"></div>
</form>
<p id="found" class="note found" role="status"></p>
<main>
<div class="scroll" id="scroll"><table><caption>Rows with their answers</caption><thead id="head"></thead><tbody id="rows"></tbody></table></div>
<p id="nothing" class="nothing" hidden></p>
</main>
<nav class="pager" aria-label="Pages">
<button id="previous" type="button">‹ Previous</button>
<span id="place"></span>
<button id="next" type="button">Next ›</button>
<label>Go to <input id="go" inputmode="numeric" size="8" aria-label="Go to row" autocomplete="off"></label>
<button id="help" type="button" aria-label="Keys">?</button>
</nav>
<dialog id="whole" aria-labelledby="whole-title"><header><h2 id="whole-title"></h2>
<span><button id="whole-previous" type="button" aria-label="Row before (k)">↑</button> <button id="whole-next" type="button" aria-label="Row after (j)">↓</button> <button id="whole-close" type="button" autofocus aria-label="Close (Esc)">✕</button></span></header>
<div id="whole-fields"></div></dialog>
<dialog id="keys" aria-labelledby="keys-title"><header><h2 id="keys-title">Keys</h2><button id="keys-close" type="button" aria-label="Close (Esc)">✕</button></header>
<dl class="keys">
<dt><kbd>j</kbd> <kbd>k</kbd> <kbd>↓</kbd> <kbd>↑</kbd></dt><dd>the row after, the row before</dd>
<dt><kbd>Enter</kbd></dt><dd>the whole row</dd>
<dt><kbd>/</kbd></dt><dd>search</dd>
<dt><kbd>n</kbd> <kbd>p</kbd></dt><dd>the page after, the page before</dd>
<dt><kbd>g</kbd> <kbd>G</kbd></dt><dd>the first page, the last page</dd>
<dt><kbd>f</kbd></dt><dd>failed rows only, and all again</dd>
<dt><kbd>x</kbd></dt><dd>no search, no filter, no order</dd>
<dt><kbd>Esc</kbd></dt><dd>back to the rows</dd>
<dt><kbd>?</kbd></dt><dd>this list</dd>
</dl></dialog>`;

/** The hash by which the policy allows one inline element. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
