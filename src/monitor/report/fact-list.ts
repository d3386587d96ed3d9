import { type Html, html } from './html.js';
import type { Fact } from './report-facts.js';

export function factList(title: string, facts: readonly Fact[]): Html {
  const lines = facts.map(({ what, value }) => html`<dt>${what}</dt><dd><bdi>${value}</bdi></dd>`);
  return html`<section><h2>${title}</h2><dl class="facts card">${lines}</dl></section>`;
}
