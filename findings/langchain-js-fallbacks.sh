#!/usr/bin/env bash
# Rows go through LangChain.js in a batch, and a dearer model stands by: `cheap.withFallbacks([dear]).batch(rows)`. One row of ten
# is refused by the cheap model.
# Believed: the row that was refused goes to the dear model, as it does with `invoke`, and as the batch of LangChain in Python does.
# Seen: all ten rows go to the dear model. Nine answers that the cheap one gave, and that were paid for, are dropped, and nothing
# says so. The batch with fallbacks hands the whole batch to one model after the other, and the first refusal is an error of the
# whole. (`returnExceptions`, which would tell the rows apart, is refused as not implemented.)
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact @langchain/core@1.4.0 >/dev/null
echo "@langchain/core 1.4.0, node $(node --version)"
cat > rows.mjs <<'JS'
import { RunnableLambda } from '@langchain/core/runnables';

const rows = Array.from({ length: 10 }, (_, at) => at + 1);
function models() {
  const called = { cheap: [], dear: [] };
  const cheap = RunnableLambda.from(async (row) => {
    called.cheap.push(row);
    if (row === 3) throw new Error('refused');
    return `cheap ${row}`;
  });
  const dear = RunnableLambda.from(async (row) => {
    called.dear.push(row);
    return `dear ${row}`;
  });
  return { called, model: cheap.withFallbacks([dear]) };
}

const ways = {
  invoke: (model) => Promise.all(rows.map((row) => model.invoke(row))),
  batch: (model) => model.batch(rows),
  'batch, two at a time': (model) => model.batch(rows, {}, { maxConcurrency: 2 }),
};
for (const [name, ask] of Object.entries(ways)) {
  const { called, model } = models();
  const answers = await ask(model);
  const of = (which) => answers.filter((answer) => answer.startsWith(which)).length;
  console.log(`${name}: ${called.cheap.length} calls of the cheap model, ${called.dear.length} of the dear one; answers: ${of('cheap')} cheap, ${of('dear')} dear`);
}
JS
node rows.mjs | tee seen
echo 'believed: 10 calls of the cheap model and 1 of the dear one, 9 cheap answers and 1 dear one, in all three'
diff seen - <<'SEEN'
invoke: 10 calls of the cheap model, 1 of the dear one; answers: 9 cheap, 1 dear
batch: 10 calls of the cheap model, 10 of the dear one; answers: 0 cheap, 10 dear
batch, two at a time: 10 calls of the cheap model, 10 of the dear one; answers: 0 cheap, 10 dear
SEEN
