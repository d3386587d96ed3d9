#!/usr/bin/env bash
# jsonrepair over the JSON that a model answers, before JSON.parse, since some answers are not quite JSON.
# Believed: what is JSON already comes out as it is.
# Seen: since 3.15.0 not where a text ends in a bracket that it does not close itself and the bracket or brace behind its quotes is
# of the same kind: half-open intervals such as "[18, 25)", the last of which becomes an empty text and a list, and whose object's
# further keys become items of it; or a line of code that ends in a brace, for which it throws. With a line break before the closing
# bracket it does well. It counts the brackets within the text to find quotes that were not escaped, without asking first whether
# the whole is JSON; 3.14.0 does not count.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact jsonrepair@3.15.0 before@npm:jsonrepair@3.14.0 >/dev/null
echo "jsonrepair 3.15.0 and 3.14.0, node $(node --version)"
cat > repair.mjs <<'JS'
import { jsonrepair as before } from 'before';
import { jsonrepair } from 'jsonrepair';

const answers = [
  { ages: ['[0, 18)', '[18, 25)'], unit: 'years' },
  { tags: ['[draft'], score: 3 },
  { score: 3, code: 'if (late) {' },
];
for (const answer of answers)
  for (const json of [JSON.stringify(answer), JSON.stringify(answer, null, 1)])
    for (const [version, repair] of Object.entries({ '3.14.0': before, '3.15.0': jsonrepair })) {
      let seen;
      try {
        const repaired = repair(json);
        seen = repaired === json ? 'as it was' : repaired;
      } catch (error) {
        seen = `throws: ${error.message}`;
      }
      console.log(`${version}, ${JSON.stringify(answer)}, ${json.includes('\n') ? 'in lines' : 'in one line'}: ${seen}`);
    }
JS
node repair.mjs | tee seen
echo 'believed: as it was, in all'
diff seen - <<'SEEN'
3.14.0, {"ages":["[0, 18)","[18, 25)"],"unit":"years"}, in one line: as it was
3.15.0, {"ages":["[0, 18)","[18, 25)"],"unit":"years"}, in one line: {"ages":["[0, 18)","",[18, 25,")"],"unit",":","years"]}
3.14.0, {"ages":["[0, 18)","[18, 25)"],"unit":"years"}, in lines: as it was
3.15.0, {"ages":["[0, 18)","[18, 25)"],"unit":"years"}, in lines: as it was
3.14.0, {"tags":["[draft"],"score":3}, in one line: as it was
3.15.0, {"tags":["[draft"],"score":3}, in one line: {"tags":["[draft\"]","score",":3"]}
3.14.0, {"tags":["[draft"],"score":3}, in lines: as it was
3.15.0, {"tags":["[draft"],"score":3}, in lines: as it was
3.14.0, {"score":3,"code":"if (late) {"}, in one line: as it was
3.15.0, {"score":3,"code":"if (late) {"}, in one line: throws: Unexpected character "{" at position 29
3.14.0, {"score":3,"code":"if (late) {"}, in lines: as it was
3.15.0, {"score":3,"code":"if (late) {"}, in lines: as it was
SEEN
