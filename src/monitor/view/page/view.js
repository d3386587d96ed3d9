// Shows rows beside their answers, takes filters and keys, and asks for more: the server of `batchai view`, or the page itself
// where it holds its rows. Whatever stands in a row is set as text, never as HTML.

const ROWS_A_PAGE = 50;
/** ms between two looks at a run that goes on, and at a search that does. */
const LIVE_LOOK = 2_000;
const SEARCH_LOOK = 200;
/** ms after the last key before a search begins. */
const TYPING = 200;
/** Fields of a card on a narrow screen. */
const FIELDS_ON_A_CARD = 4;
const LONG = 40;

const byId = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString('en-US');
const counted = (count, one) => `${number(count)} ${one}${count === 1 ? '' : 's'}`;

const held = byId('held');
const source = held === null ? servedRows() : globalThis.heldRows(JSON.parse(held.textContent));

let facts;
const NOT_READ = { rows: [], matched: 0, shown: 0, scanned: 0, total: 0, isDone: true };
let page = NOT_READ;
let query = noQuery();
let from = 0;
let chosen = 0;
/** Answers to older questions are dropped. */
let asked = 0;
let timer;
/** What the rows were drawn from. */
let drawn;

function noQuery() {
  return { words: '', state: 'all', equals: {} };
}

function servedRows() {
  const reader = crypto.randomUUID();
  let last = new AbortController();
  const get = async (path, parameters, signal) => {
    const response = await fetch(`${path}?${new URLSearchParams(parameters)}`, { signal });
    const value = await response.json();
    if (!response.ok) throw new Error(value.problem ?? `the server answers ${response.status}`);
    return value;
  };
  return {
    facts: () => get('facts', {}),
    page: (asking, start, count) => {
      last.abort();
      last = new AbortController();
      return get('rows', { reader, query: JSON.stringify(asking), from: start, count }, last.signal);
    },
    row: (at, all) => get('row', { at, ...(all ? { all: 1 } : {}) }),
  };
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function lookAtFacts() {
  try {
    const before = facts;
    facts = await source.facts();
    showFacts(facts.problem);
    const fields = JSON.stringify(facts.fields);
    if (before === undefined || JSON.stringify(before.fields) !== fields) showHead();
    // A list that is open stays as it is.
    const isChoosing = byId('filters').contains(document.activeElement);
    if (!isChoosing && JSON.stringify(filtersOf(before)) !== JSON.stringify(filtersOf(facts))) showFilters();
    if (before !== undefined && before.generation !== facts.generation) ask(0);
    else if (before !== undefined && isOther(before) && isOpenEnded()) ask(from, chosen);
  } catch (error) {
    showFacts(error instanceof TypeError ? 'batchai view has ended: start it again' : error.message);
  }
  if (held === null) setTimeout(lookAtFacts, facts?.share === 1 ? LIVE_LOOK : LIVE_LOOK / 4);
}

/** More rows are known than before, or more failures. */
function isOther(before) {
  return before.rows !== facts.rows || JSON.stringify(before.failures) !== JSON.stringify(facts.failures);
}

function filtersOf(some) {
  return [some?.values, some?.failures, some?.fields];
}

/** True while new rows belong on the page. */
function isOpenEnded() {
  return page.rows.length < ROWS_A_PAGE || !page.isDone || query.sort !== undefined;
}

function showFacts(problem) {
  byId('problem').hidden = problem === undefined;
  byId('problem').textContent = problem ?? '';
  if (facts === undefined) return;
  const { output, fabric, state, rows, share, failures, unreadable } = facts;
  byId('title').textContent = fabric === undefined ? output : `${fabric} → ${output}`;
  document.title = `${output}: batchai view`;
  const chip = byId('state');
  chip.hidden = state === undefined;
  chip.textContent = state ?? '';
  chip.className = `state ${state === 'finished' ? '' : state === 'running' ? 'live' : 'warn'}`;
  const failed = failures.reduce((sum, { count }) => sum + count, 0);
  byId('counts').textContent = [
    counted(rows, 'row'),
    ...(share < 1 ? [share === 0 ? 'reading on' : `${Math.floor(share * 100)} % of the file read`] : []),
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
    ...(unreadable.input > 0 ? [`${counted(unreadable.input, 'row')} of the input could not be read`] : []),
    ...(unreadable.output > 0 ? [`${counted(unreadable.output, 'row')} here cannot be read`] : []),
  ].join(' · ');
  showPlace();
}

/** Fields of the list. An answer in parts is shown by these, and as it is in the whole row. */
function listedFields() {
  const hasParts = facts.fields.some(({ isPart }) => isPart);
  return facts.fields
    .map((field, place) => ({ ...field, place }))
    .filter(({ kind, isPart }) => !hasParts || kind !== 'answer' || isPart);
}

/** A part is called by its own name, unless a column has that too. */
function nameOf({ key, isPart }) {
  const name = isPart ? key.slice(key.indexOf(' › ') + 3) : key;
  return facts.fields.some((other) => other.key === name) ? key : name;
}

function showHead() {
  const heads = listedFields().map((field) => {
    const { key } = field;
    const isSorted = query.sort?.key === key;
    const arrow = isSorted ? (query.sort.descending ? ' ↓' : ' ↑') : '';
    const button = element('button', { type: 'button', title: `Sort by ${key}` }, nameOf(field) + arrow);
    button.addEventListener('click', () => sortBy(key));
    const head = element('th', { scope: 'col' }, button);
    head.ariaSort = isSorted ? (query.sort.descending ? 'descending' : 'ascending') : 'none';
    return head;
  });
  byId('head').replaceChildren(element('tr', {}, element('th', { scope: 'col' }, '#'), ...heads));
}

/** Up, down, and as in the file. */
function sortBy(key) {
  const { sort } = query;
  if (sort?.key !== key) query.sort = { key, descending: false };
  else if (!sort.descending) query.sort = { key, descending: true };
  else delete query.sort;
  changed();
}

function choice(label, options, value, change) {
  const made = element('select', { ariaLabel: label, className: value === '' ? '' : 'used' });
  for (const [text, name] of options) made.append(element('option', { value: name }, text));
  made.value = value;
  made.addEventListener('change', () => {
    change(made.value);
    changed();
  });
  return made;
}

function showFilters() {
  const focused = document.activeElement?.ariaLabel;
  const failed = facts.failures.reduce((sum, { count }) => sum + count, 0);
  const states = [
    ['All rows', ''],
    ['Answered', 'answered'],
    ['Empty', 'empty'],
    [`Failed (${number(failed)})`, 'failed'],
    ...facts.failures.map(({ value, count }) => [`Failed: ${value} (${number(count)})`, `kind ${value}`]),
  ];
  const state = query.kind === undefined ? (query.state === 'all' ? '' : query.state) : `kind ${query.kind}`;
  const chooseState = (value) => {
    delete query.kind;
    if (value.startsWith('kind ')) query.kind = value.slice(5);
    query.state = value === '' ? 'all' : value.startsWith('kind ') ? 'failed' : value;
  };
  const listed = new Map(listedFields().map((field) => [field.key, nameOf(field)]));
  const labels = facts.values
    .filter(({ key }) => listed.has(key))
    .filter(({ values, empty }) => (values?.length ?? 0) > 0 || (empty > 0 && empty < facts.rows))
    .map(({ key, values, empty }) => {
      const options = [
        [listed.get(key), ''],
        ...(values ?? []).map(({ value, count }) => [`${value} (${number(count)})`, `= ${value}`]),
        ...(empty > 0 ? [[`(empty) (${number(empty)})`, '= ']] : []),
      ];
      const value = Object.hasOwn(query.equals, key) ? `= ${query.equals[key]}` : '';
      return choice(key, options, value, (chosenValue) => {
        if (chosenValue === '') delete query.equals[key];
        else query.equals[key] = chosenValue.slice(2);
      });
    });
  const orders = [
    ['As in the file', ''],
    ...[...listed].flatMap(([key, name]) => [
      [`${name} ↑`, `a ${key}`],
      [`${name} ↓`, `d ${key}`],
    ]),
  ];
  const order = query.sort === undefined ? '' : `${query.sort.descending ? 'd' : 'a'} ${query.sort.key}`;
  const chooseOrder = (value) => {
    if (value === '') delete query.sort;
    else query.sort = { key: value.slice(2), descending: value.startsWith('d') };
  };
  byId('filters').replaceChildren(
    choice('Rows', states, state, chooseState),
    ...labels,
    choice('Order', orders, order, chooseOrder),
  );
  if (focused) [...byId('filters').children].find(({ ariaLabel }) => ariaLabel === focused)?.focus();
}

/** The query is another: from its first row on. */
function changed() {
  showHead();
  showFilters();
  ask(0);
}

async function ask(start, choose = 0) {
  clearTimeout(timer);
  const mine = ++asked;
  from = Math.max(0, start);
  try {
    const found = await source.page(query, from, ROWS_A_PAGE);
    if (mine !== asked) return;
    page = found;
    const now = JSON.stringify([from, query.words, facts.fields, page.rows]);
    if (now !== drawn) {
      drawn = now;
      chosen = Math.min(choose === 'last' ? ROWS_A_PAGE : choose, Math.max(0, page.rows.length - 1));
      showRows();
    }
    showPlace();
    if (!page.isDone && held === null && isSearch()) timer = setTimeout(() => ask(from, chosen), SEARCH_LOOK);
  } catch (error) {
    if (error.name !== 'AbortError' && mine === asked) showFacts(error.message);
  }
}

function isSearch() {
  return JSON.stringify(query) !== JSON.stringify(noQuery());
}

function showPlace() {
  const { rows, matched, shown, scanned, total, isDone } = page;
  const share = total === 0 ? 1 : scanned / total;
  const going = isDone ? '' : `, ${Math.floor(share * 100)} % of the rows searched`;
  const kept = shown < matched ? `; the first ${number(shown)} of that order are shown` : '';
  byId('found').textContent = isSearch()
    ? `${number(matched)} of ${counted(total, 'row')} ${matched === 1 ? 'matches' : 'match'}${going}${kept}`
    : '';
  const last = from + rows.length;
  byId('place').textContent =
    rows.length === 0 ? '' : `${number(from + 1)}–${number(last)} of ${number(shown)}`;
  byId('previous').disabled = from === 0;
  byId('next').disabled = last >= shown;
  byId('nothing').hidden = rows.length > 0 || page === NOT_READ;
  byId('scroll').hidden = rows.length === 0;
  byId('nothing').textContent = isSearch()
    ? isDone
      ? 'No row matches. x takes all filters away.'
      : 'Searching …'
    : facts?.isLive
      ? 'No row is written yet: rows appear here as they are.'
      : 'There are no rows.';
  document.documentElement.dataset.state = isDone ? 'done' : 'going';
}

function showRows() {
  byId('rows').replaceChildren(...page.rows.map(rowElement));
  showChosen(false);
}

function rowElement(row, rowIndex) {
  const made = element('tr', {}, element('td', { className: 'n' }, number(row.row)));
  let others = 0;
  for (const [index, field] of listedFields().entries()) {
    const { kind, isPart, place } = field;
    const isFirst = index === 0;
    const text = row.values[place] || (isFirst && isPart ? answerWithoutParts(row) : '');
    const isExtra = kind !== 'answer' && (text === '' || ++others > FIELDS_ON_A_CARD);
    const cell = element('div', { className: text.length > LONG ? 'cell long' : 'cell' });
    if (kind === 'answer' && text === '' && row.failure !== undefined) {
      cell.append(...(isFirst ? [failureElement(row.failure)] : []));
    } else if (text === '' && kind === 'answer') cell.append(element('span', { className: 'none' }, 'empty'));
    else cell.append(...marked(text));
    made.append(
      element(
        'td',
        { className: `${kind} ${isExtra ? 'extra' : ''}` },
        element('span', { className: 'name' }, nameOf(field)),
        cell,
      ),
    );
  }
  made.dataset.at = row.at;
  made.addEventListener('click', () => {
    chosen = rowIndex;
    showChosen(false);
    if (String(getSelection()) === '') openWhole();
  });
  return made;
}

/** An answer that is no object, where others are; empty where its parts say it all. */
function answerWithoutParts(row) {
  const isSaid = facts.fields.some(({ isPart }, place) => isPart && row.values[place] !== '');
  return isSaid ? '' : row.values[facts.fields.findIndex(({ kind, isPart }) => kind === 'answer' && !isPart)];
}

function failureElement({ kind, message }) {
  return element('span', { className: 'failure' }, element('b', {}, kind), ...marked(message));
}

/** A text with the words that are searched for marked. */
function marked(text) {
  const words = query.words.toLowerCase().split(/\s+/).filter(Boolean);
  const lower = text.toLowerCase();
  // Some letters are longer in lower case, and would move the marks.
  if (words.length === 0 || lower.length !== text.length) return [text];
  const parts = [];
  let at = 0;
  while (at < text.length) {
    let next = -1;
    let length = 0;
    for (const word of words) {
      const found = lower.indexOf(word, at);
      if (found !== -1 && (next === -1 || found < next || (found === next && word.length > length))) {
        next = found;
        length = word.length;
      }
    }
    if (next === -1) break;
    parts.push(text.slice(at, next), element('mark', {}, text.slice(next, next + length)));
    at = next + length;
  }
  return [...parts, text.slice(at)];
}

function showChosen(isMoved = true) {
  const rows = [...byId('rows').children];
  for (const [index, row] of rows.entries()) {
    if (index === chosen) row.setAttribute('aria-current', 'true');
    else row.removeAttribute('aria-current');
  }
  if (isMoved) rows[chosen]?.scrollIntoView({ block: 'nearest' });
}

/** To the row after or before, on another page where it stands there. */
async function move(step) {
  const next = chosen + step;
  if (next >= 0 && next < page.rows.length) {
    chosen = next;
    showChosen();
  } else if (step > 0 && !byId('next').disabled) await turn(1);
  else if (step < 0 && from > 0) await turn(-1, 'last');
  if (byId('whole').open) await openWhole();
}

async function turn(pages, choose = 0) {
  const start = from + pages * ROWS_A_PAGE;
  if (start < 0 || (pages > 0 && start >= page.shown)) return;
  await ask(start, choose);
  if (choose === 'last') showChosen();
  else scrollTo(0, 0);
}

async function openWhole(all = false) {
  const row = page.rows[chosen];
  if (row === undefined) return;
  let whole;
  try {
    whole = await source.row(row.at, all);
  } catch (error) {
    showFacts(error.message);
    return;
  }
  const { failure, fields } = whole;
  byId('whole-title').textContent = `Row ${number(whole.row)}: ${whole.state}`;
  const failed =
    failure === undefined ? [] : [element('div', { className: 'field' }, failureElement(failure))];
  byId('whole-fields').replaceChildren(...failed, ...fields.map(fieldElement));
  if (!byId('whole').open) byId('whole').showModal();
}

function fieldElement({ name, kind, text, length }) {
  const value = element(
    'pre',
    {},
    ...(text === '' ? [element('span', { className: 'none' }, 'empty')] : marked(text)),
  );
  const made = element('div', { className: `field ${kind}` }, element('h3', {}, name), value);
  if (text.length < length) {
    const more = element('button', { type: 'button' }, `Show all ${number(length)} characters`);
    more.addEventListener('click', () => openWhole(true));
    made.append(more);
  }
  return made;
}

const KEYS = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  Enter: () => openWhole(),
  n: () => turn(1),
  p: () => turn(-1),
  g: () => ask(0).then(() => scrollTo(0, 0)),
  G: () =>
    ask(Math.floor(Math.max(0, page.shown - 1) / ROWS_A_PAGE) * ROWS_A_PAGE, 'last').then(() => showChosen()),
  '/': () => byId('words').select(),
  '?': () => byId('keys').showModal(),
  f: () => {
    delete query.kind;
    query.state = query.state === 'failed' ? 'all' : 'failed';
    changed();
  },
  x: () => {
    query = noQuery();
    byId('words').value = '';
    changed();
  },
};
const KEYS_OF_A_ROW = new Set(['j', 'k']);

addEventListener('keydown', (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === 'Escape' && target.matches?.('input')) target.blur();
  if (target.matches?.('input, select') || (key === 'Enter' && target.matches?.('button'))) return;
  if (byId('keys').open || (byId('whole').open && !KEYS_OF_A_ROW.has(key)) || !Object.hasOwn(KEYS, key))
    return;
  event.preventDefault();
  KEYS[key]();
});

let typing;
function search() {
  clearTimeout(typing);
  if (query.words === byId('words').value) return;
  query.words = byId('words').value;
  ask(0);
}
byId('words').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(search, TYPING);
});
byId('tools').addEventListener('submit', (event) => {
  event.preventDefault();
  search();
  byId('words').blur();
});
byId('go').addEventListener('change', () => {
  const wanted = Number(byId('go').value.replaceAll(',', ''));
  byId('go').value = '';
  if (!Number.isInteger(wanted) || wanted < 1) return;
  // Without a search, places of the output are what is counted; rows that could not be read have none.
  const start = Math.floor((Math.min(wanted, page.shown) - 1) / ROWS_A_PAGE) * ROWS_A_PAGE;
  ask(start, (Math.min(wanted, page.shown) - 1) % ROWS_A_PAGE).then(() => showChosen());
  byId('go').blur();
});
byId('previous').addEventListener('click', () => turn(-1));
byId('next').addEventListener('click', () => turn(1));
byId('help').addEventListener('click', () => byId('keys').showModal());
byId('keys-close').addEventListener('click', () => byId('keys').close());
byId('whole-close').addEventListener('click', () => byId('whole').close());
byId('whole-previous').addEventListener('click', () => move(-1));
byId('whole-next').addEventListener('click', () => move(1));
for (const dialog of document.querySelectorAll('dialog'))
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });

await lookAtFacts();
await ask(0);
