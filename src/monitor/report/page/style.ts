/** The report's CSS. Its colours are variables, which the charts read as well. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --line: #e2e5ea; --ink: #1a2029; --muted: #5b6675; --grid: #eceff3;
  --c1: #2563c9; --c2: #0f8a6d; --c3: #b86a00; --c4: #7c4dcc; --c5: #c2352f; --c-muted: #6b7686;
  --good: #14734f; --good-back: #e2f4ec; --warn: #8a5200; --warn-back: #fcefd9; --bad: #b3261e;
  --live: #1d55ad; --live-back: #e3edfb;
  --f1: #c2352f; --f2: #e08a1e; --f3: #7c4dcc; --f4: #2b7bba; --f5: #b0408c; --f6: #5c8a3a; --f7: #8b6d4c; --f8: #7a8494;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-printing]) {
    --page: #12151a; --card: #1a1e25; --line: #2b313b; --ink: #e6e9ee; --muted: #9aa5b4; --grid: #262c35;
    --c1: #6ba4f8; --c2: #3fc09c; --c3: #e9a344; --c4: #b394f2; --c5: #f0736b; --c-muted: #8f9bab;
    --good: #5fd3a4; --good-back: #153529; --warn: #f0b35c; --warn-back: #3a2b13; --bad: #f58b83;
    --live: #8db8fa; --live-back: #1b2d4a;
    --f1: #f0736b; --f2: #f0ab4f; --f3: #b394f2; --f4: #62b0e8; --f5: #e183c2; --f6: #97c66f; --f7: #c7a681; --f8: #98a3b3;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
.top, main, footer { max-width: 1280px; margin: 0 auto; padding: 0 24px; }
.top { padding-top: 32px; }
h1 { font-size: 24px; line-height: 1.25; font-weight: 650; margin: 10px 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 16px; font-weight: 650; margin: 36px 0 12px; }
h3 { font-size: 14px; font-weight: 600; margin: 0; }
.arrow, .when, .note, footer { color: var(--muted); }
.when, .note, .remark { margin: 0; }
.note { font-size: 13px; }
.remark { margin-top: 8px; padding: 8px 12px; border-left: 3px solid var(--c3); background: var(--card); max-width: 80ch; }
.state { display: inline-block; margin: 0; padding: 2px 10px; border-radius: 99px; font-size: 12.5px; font-weight: 600; }
.state.good { color: var(--good); background: var(--good-back); }
.state.warn { color: var(--warn); background: var(--warn-back); }
.state.live { color: var(--live); background: var(--live-back); }
.card, .tile, .scroll { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }

.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 160px), 1fr)); gap: 12px; margin: 24px 0 0; }
.tile { padding: 12px 14px; min-width: 0; }
.tile dt { font-size: 12.5px; color: var(--muted); }
.tile dd { margin: 0; font-size: 22px; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; white-space: nowrap; }
.tile dd.note { font-size: 12.5px; font-weight: 400; letter-spacing: 0; white-space: normal; }
.tile.bad dd { color: var(--bad); }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
.charts > :last-child:nth-child(odd) { grid-column: 1 / -1; }
.chart { margin: 0; padding: 14px 16px 8px; min-width: 0; }
.chart figcaption p { margin: 2px 0 6px; font-size: 13px; color: var(--muted); }
.keys { display: flex; flex-wrap: wrap; gap: 2px 14px; min-height: 20px; font-size: 12.5px; color: var(--muted); }
.key { white-space: nowrap; }
.key b { color: var(--ink); font-weight: 600; margin-left: 5px; }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; background: var(--c1); }
.c1 { background: var(--c1); fill: var(--c1); } .c2 { background: var(--c2); fill: var(--c2); }
.c3 { background: var(--c3); fill: var(--c3); } .c4 { background: var(--c4); fill: var(--c4); }
.c5 { background: var(--c5); fill: var(--c5); } .c-muted { background: var(--c-muted); fill: var(--c-muted); }
.f1 { background: var(--f1); fill: var(--f1); } .f2 { background: var(--f2); fill: var(--f2); }
.f3 { background: var(--f3); fill: var(--f3); } .f4 { background: var(--f4); fill: var(--f4); }
.f5 { background: var(--f5); fill: var(--f5); } .f6 { background: var(--f6); fill: var(--f6); }
.f7 { background: var(--f7); fill: var(--f7); } .f8 { background: var(--f8); fill: var(--f8); }
.plot { height: 220px; margin: 0 -8px; overflow: hidden; }
.u-cursor-x, .u-cursor-y { border-color: var(--muted) !important; }
.u-hz .u-cursor-y { display: none; }
.empty { margin: 0; color: var(--muted); }
.empty.card { padding: 14px 16px; margin-bottom: 16px; }
.chart .empty { display: grid; place-items: center; min-height: 180px; text-align: center; }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.scroll { position: relative; }
th, td { padding: 7px 14px; text-align: left; vertical-align: top; border-top: 1px solid var(--grid); }
thead th { border-top: 0; font-size: 12.5px; font-weight: 500; color: var(--muted); white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
th.n, td.n { text-align: right; white-space: nowrap; }
tr.sum > * { border-top: 1px solid var(--line); font-weight: 600; }
td.share { width: 45%; min-width: 70px; vertical-align: middle; }
tr.below td { border-top: 0; padding-top: 0; padding-left: 30px; }
.share svg { display: block; width: 100%; height: 8px; border-radius: 4px; }
.track { fill: var(--grid); }
summary { cursor: pointer; }
.examples { list-style: none; margin: 0; padding: 0; font-size: 13px; overflow-wrap: anywhere; }
.row { color: var(--muted); white-space: nowrap; margin-right: 6px; }
.fields { display: grid; gap: 2px; margin: 4px 0 8px 16px; padding-left: 10px; border-left: 2px solid var(--line); font-size: 13px; }
.fields b, .sample dt, .facts dt { font-weight: 500; color: var(--muted); }
.numbers { margin-top: 16px; }
.numbers > summary { padding: 10px 16px; color: var(--muted); }
.numbers .scroll { border-width: 1px 0 0; border-radius: 0 0 10px 10px; }

.samples { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; margin-top: 12px; }
.sample { display: flex; flex-direction: column; min-width: 0; overflow: hidden; }
.sample header { display: flex; justify-content: space-between; gap: 12px; padding: 10px 16px 6px; color: var(--muted); font-size: 13px; }
.sample header b { color: var(--ink); }
.sample dl { margin: 0; padding: 0 16px 10px; max-height: 260px; overflow-y: auto; }
.sample dl, .facts { display: grid; grid-template-columns: fit-content(36%) minmax(0, 1fr); gap: 3px 14px; align-content: start; }
.sample dt, .facts dt { overflow-wrap: anywhere; font-size: 13px; }
.sample dd, .facts dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; font-size: 13px; }
.answer {
  flex: 1;
  padding: 10px 16px 12px; border-top: 1px solid var(--line); background: color-mix(in srgb, var(--c1) 6%, var(--card));
  white-space: pre-wrap; overflow-wrap: anywhere; max-height: 260px; overflow-y: auto;
}
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 0 16px; }
.facts { margin: 0; padding: 12px 16px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; align-items: start; }
.column { padding: 14px 0 0; min-width: 0; overflow: hidden; }
.column h3, .column .note { padding: 0 16px; }
.column .scroll { border-width: 1px 0 0; border-radius: 0; margin-top: 10px; }
.column tbody th { font-weight: 500; white-space: normal; overflow-wrap: anywhere; }
.column td.share { width: 40%; }
.outcome { font-size: 16px; margin: 8px 0 2px; }
.next { margin: 2px 0; }
.next code { overflow-wrap: anywhere; user-select: all; }
.search { margin: 0 0 10px; }
.search input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 5px 10px; width: min(100%, 280px); }
.failed-rows { padding: 4px 0; max-height: 640px; overflow-y: auto; }
.failed-rows li { padding: 5px 16px; border-top: 1px solid var(--grid); }
.failed-rows li:first-child { border-top: 0; }
.kind { color: var(--bad); margin-right: 6px; }
footer { padding-top: 32px; padding-bottom: 40px; font-size: 12.5px; }
:focus-visible { outline: 2px solid var(--c1); outline-offset: 2px; }

@media (max-width: 560px) {
  .top, main, footer { padding-left: 14px; padding-right: 14px; }
  .top { padding-top: 20px; }
  h1 { font-size: 20px; }
  h2 { margin-top: 28px; }
  .tiles { gap: 8px; }
  .tiles { grid-template-columns: repeat(auto-fill, minmax(min(100%, 140px), 1fr)); }
  .tile { padding: 10px 12px; }
  .tile dd { font-size: 19px; }
  th, td { padding: 6px 10px; }
  .plot { height: 190px; }
  .sample dl { grid-template-columns: minmax(0, 1fr); }
  .sample dd { margin-bottom: 6px; }
}
@media print {
  :root { --page: #fff; --line: #d4d8de; }
  @page { margin: 14mm; }
  body { font-size: 11px; }
  .top, main, footer { max-width: none; padding: 0; }
  .charts, .samples, .pair { grid-template-columns: 1fr 1fr; gap: 10px; }
  .tiles { gap: 8px; }
  .tiles { grid-template-columns: repeat(5, 1fr); }
  .tile { padding: 6px 8px; } .tile dd { font-size: 15px; }
  h2 { margin: 20px 0 8px; break-after: avoid; }
  .card, .tile, tr { break-inside: avoid; }
  .scroll { overflow: visible; }
  .sample dl, .answer { max-height: none; overflow: visible; }
  .numbers:not([open]), .search { display: none; }
  .failed-rows { max-height: none; overflow: visible; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/** Colours f1 to f8 are for kinds of failures; all further kinds share the last. */
const FAILURE_COLORS = 8;

/** The colour of a kind of failure, the same in chart and table. */
export function failureColor(kinds: readonly string[], kind: string): string {
  return `f${Math.min(FAILURE_COLORS, kinds.indexOf(kind) + 1)}`;
}
