import { describe, expect, it } from 'vitest';
import { html, jsonElement } from '../../../src/monitor/report/html.js';

const EVIL = `</script><script>alert(1)</script><!-- "'&`;

describe('html', () => {
  it('writes what is put in so that it stays text', () => {
    expect(html`<p title="${EVIL}">${EVIL}</p>`.text).toBe(
      '<p title="&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &quot;&#39;&amp;">' +
        '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &quot;&#39;&amp;</p>',
    );
  });

  it('puts in what it made itself as it is, and nothing for undefined', () => {
    const cells = [html`<td>${1}</td>`, html`<td>${'<b>'}</td>`];

    expect(html`<tr>${cells}</tr>${undefined}`.text).toBe('<tr><td>1</td>\n<td>&lt;b&gt;</td></tr>');
  });
});

it('JSON for a script cannot end the element that it stands in, and is the same JSON', () => {
  const { text } = jsonElement('charts', [EVIL]);
  const [, json = ''] = /^<script type="application\/json" id="charts">(.*)<\/script>$/.exec(text) ?? [];

  expect(json).not.toContain('<');
  expect(JSON.parse(json)).toEqual([EVIL]);
});
