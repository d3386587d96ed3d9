#!/usr/bin/env bash
# What the date filter of LiquidJS makes of one moment, on machines in different time zones.
# Believed: with `preserveTimezones: true` and `timezoneOffset: 0`, a date that ends in Z reads the same everywhere.
# Seen: for hours before and after a change to summer time in the machine's own zone it is an hour off, and a date of a
# mail in GMT reads in the machine's zone. A prompt, a page or a mail then differs by where it was made.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact liquidjs@10.30.1 >/dev/null
echo "liquidjs $(node -p "require('liquidjs/package.json').version"), node $(node --version)"
cat > read.cjs <<'JS'
const { Liquid } = require('liquidjs');
const engine = new Liquid({ preserveTimezones: true, timezoneOffset: 0 });
const read = (t) => engine.parseAndRenderSync('{{ t | date: "%Y-%m-%d %H:%M" }}', { t });
console.log(['2026-03-29T01:30:00Z', 'Sun, 29 Mar 2026 10:00:00 GMT'].map(read).join(' | '));
JS
for zone in UTC Europe/Berlin America/New_York; do
  seen=$(TZ=$zone node read.cjs)
  echo "$zone: $seen"
  echo "$zone: $seen" >> seen
done
echo 'believed: 2026-03-29 01:30 | 2026-03-29 10:00, in each'
diff seen - <<'SEEN'
UTC: 2026-03-29 01:30 | 2026-03-29 10:00
Europe/Berlin: 2026-03-29 00:30 | 2026-03-29 12:00
America/New_York: 2026-03-29 01:30 | 2026-03-29 06:00
SEEN
