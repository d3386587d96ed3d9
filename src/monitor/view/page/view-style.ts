/** The CSS of a page of rows; its colours are those of the report. */
export const VIEW_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --line: #e2e5ea; --ink: #1a2029; --muted: #5b6675; --grid: #eceff3;
  --accent: #2563c9; --answer: #f1f6fe; --mark: #ffe9a8; --chosen: #e3edfb;
  --good: #14734f; --good-back: #e2f4ec; --warn: #8a5200; --warn-back: #fcefd9; --bad: #b3261e; --bad-back: #fdeceb;
  --live: #1d55ad; --live-back: #e3edfb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --card: #1a1e25; --line: #2b313b; --ink: #e6e9ee; --muted: #9aa5b4; --grid: #262c35;
    --accent: #6ba4f8; --answer: #1b2431; --mark: #5d4a12; --chosen: #20314d;
    --good: #5fd3a4; --good-back: #153529; --warn: #f0b35c; --warn-back: #3a2b13; --bad: #f58b83; --bad-back: #3b1d1c;
    --live: #8db8fa; --live-back: #1b2d4a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; padding: 0 20px 64px; background: var(--page); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
[hidden] { display: none !important; }
.top { padding-top: 16px; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
h1 { font-size: 19px; line-height: 1.3; font-weight: 650; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 15px; font-weight: 650; margin: 0; overflow-wrap: anywhere; }
.note { margin: 2px 0 0; font-size: 13px; color: var(--muted); }
.state { padding: 1px 10px; border-radius: 99px; font-size: 12.5px; font-weight: 600; color: var(--good); background: var(--good-back); }
.state.warn { color: var(--warn); background: var(--warn-back); }
.state.live { color: var(--live); background: var(--live-back); }
.problem { margin: 8px 0 0; padding: 8px 12px; border-radius: 8px; color: var(--bad); background: var(--bad-back); overflow-wrap: anywhere; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0 0; }
input, select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 5px 10px; min-width: 0; }
button { cursor: pointer; }
button:disabled { color: var(--muted); opacity: 0.55; cursor: default; }
#words { flex: 1 1 260px; max-width: 460px; }
.filters { display: flex; flex-wrap: wrap; gap: 8px; min-width: 0; }
select { max-width: 220px; padding-right: 4px; }
select.used { border-color: var(--accent); background: var(--chosen); }
.found { min-height: 20px; margin: 6px 0; }
.scroll { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; position: relative; }
table { width: 100%; border-collapse: collapse; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 7px 12px; text-align: left; vertical-align: top; border-top: 1px solid var(--grid); }
thead th { border-top: 0; font-size: 12.5px; font-weight: 500; color: var(--muted); white-space: nowrap; }
thead button { border: 0; padding: 0; background: none; color: inherit; font-size: inherit; font-weight: inherit; }
thead button:hover { color: var(--ink); }
tbody tr { cursor: pointer; scroll-margin: 60px 0; }
tbody tr[aria-current] { background: var(--chosen); box-shadow: inset 3px 0 0 var(--accent); }
td.n { text-align: right; color: var(--muted); white-space: nowrap; }
td.answer { background: var(--answer); }
tr[aria-current] td.answer { background: none; }
td .cell { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; overflow-wrap: break-word; white-space: pre-wrap; max-width: 46ch; }
td .cell.long { min-width: 22ch; }
td .name { display: none; }
.failure { color: var(--bad); }
.failure b { margin-right: 6px; }
.none { color: var(--muted); }
mark { background: var(--mark); color: inherit; border-radius: 3px; }
.nothing { padding: 40px 16px; text-align: center; color: var(--muted); }
.pager {
  position: fixed; left: 0; right: 0; bottom: 0; display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; padding: 8px 20px;
  background: color-mix(in srgb, var(--page) 92%, transparent); border-top: 1px solid var(--line); font-size: 13px; z-index: 1;
}
.pager label { margin-left: auto; color: var(--muted); }
dialog {
  width: min(900px, calc(100vw - 24px)); max-height: calc(100vh - 40px); padding: 0; overflow: auto;
  color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 12px;
}
dialog::backdrop { background: rgb(0 0 0 / 45%); }
dialog header { position: sticky; top: 0; display: flex; justify-content: space-between; align-items: center; gap: 12px; padding: 10px 16px; background: var(--card); border-bottom: 1px solid var(--grid); }
dialog header span { white-space: nowrap; }
.field { padding: 9px 16px; border-top: 1px solid var(--grid); }
.field:first-child { border-top: 0; }
.field.answer { background: var(--answer); }
.field h3 { margin: 0 0 2px; font-size: 12.5px; font-weight: 500; color: var(--muted); overflow-wrap: anywhere; }
.field pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.field button { margin-top: 6px; font-size: 13px; }
.keys { display: grid; grid-template-columns: auto 1fr; gap: 6px 16px; margin: 0; padding: 12px 16px 16px; }
.keys dt { white-space: nowrap; }
.keys dd { margin: 0; color: var(--muted); }
kbd { padding: 1px 6px; border: 1px solid var(--line); border-radius: 5px; font: inherit; font-size: 12.5px; background: var(--page); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

@media (max-width: 640px) {
  body { padding: 0 12px 96px; }
  #words { flex-basis: 100%; max-width: none; }
  .filters { width: 100%; flex-wrap: nowrap; overflow-x: auto; padding-bottom: 2px; }
  select { flex: none; max-width: 180px; }
  .scroll { border: 0; background: none; overflow: visible; }
  table, tbody { display: block; }
  thead { display: none; }
  tbody tr { display: block; margin-bottom: 10px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
  td { display: grid; grid-template-columns: 28% minmax(0, 1fr); gap: 10px; padding: 4px 12px; border: 0; }
  td.n { display: block; text-align: left; padding-top: 8px; font-size: 12.5px; }
  td.n::before { content: "row "; }
  td.extra { display: none; }
  tbody td:last-child { padding-bottom: 8px; }
  td .name { display: block; padding-top: 1px; font-size: 12.5px; color: var(--muted); overflow-wrap: anywhere; }
  td .cell, td .cell.long { max-width: none; min-width: 0; }
  .pager { padding: 8px 12px; justify-content: space-between; }
  .pager label { margin-left: 0; font-size: 0; }
  .pager label input { width: 64px; font-size: 13px; }
  .pager { flex-wrap: nowrap; gap: 6px; font-size: 12px; }
  .pager button { white-space: nowrap; }
}
@media print {
  .tools, .pager, dialog { display: none; }
  td .cell { -webkit-line-clamp: none; display: block; }
}
`;
