// Searches the rows that a page holds itself, as the server of `batchai view` does with those of a file. This file is put into
// the page as it is; nothing of it is fetched.

const COMPARED = 100;
/** Characters of a value in a list. */
const LISTED = 400;
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** A source of pages over rows that are here: the same questions as to the server, the same answers. */
globalThis.heldRows = ({ facts, rows }) => {
  const texts = (row) => row.fields.map(({ text }) => text);
  const textOf = (row, key) => row.fields.find(({ name }) => name === key)?.text ?? '';
  const cut = (text) => (text.length <= LISTED ? text : `${text.slice(0, LISTED - 1)}…`);
  const listed = ({ fields, ...row }) => ({
    ...row,
    values: texts({ fields }).slice(0, facts.fields.length).map(cut),
  });

  function matches(row, query, words) {
    const { failure, state } = row;
    if (query.state !== 'all' && query.state !== state) return false;
    if (query.kind !== undefined && failure?.kind !== query.kind) return false;
    for (const [key, value] of Object.entries(query.equals)) if (textOf(row, key) !== value) return false;
    if (words.length === 0) return true;
    const said = failure === undefined ? '' : `${failure.kind} ${failure.message}`;
    const searched = [...texts(row), said].map((text) => text.toLowerCase());
    return words.every((word) => searched.some((text) => text.includes(word)));
  }

  function find(query) {
    const words = query.words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter((row) => matches(row, query, words));
    if (query.sort === undefined) return found;
    const sign = query.sort.descending ? -1 : 1;
    return found
      .map((row) => ({ row, value: orderOf(textOf(row, query.sort.key)) }))
      .sort((a, b) => compare(a.value, b.value, sign) || a.row.at - b.row.at)
      .map(({ row }) => row);
  }

  return {
    facts: async () => facts,
    page: async (query, from, count) => {
      const found = find(query);
      const page = found.slice(from, from + count).map(listed);
      const counts = { matched: found.length, shown: found.length, scanned: rows.length, total: rows.length };
      return { rows: page, ...counts, isDone: true, generation: facts.generation };
    },
    row: async (at) => rows.find((row) => row.at === at),
  };
};

function orderOf(text) {
  if (text === '') return undefined;
  return NUMBER.test(text) ? Number(text) : text.slice(0, COMPARED).toLowerCase();
}

function rankOf(value) {
  if (typeof value === 'number') return 0;
  return value === undefined ? 2 : 1;
}

function compare(a, b, sign) {
  if (rankOf(a) !== rankOf(b)) return rankOf(a) - rankOf(b);
  if (a === b || a === undefined || b === undefined) return 0;
  return a < b ? -sign : sign;
}
