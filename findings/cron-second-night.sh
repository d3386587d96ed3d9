#!/usr/bin/env bash
# A service in Berlin starts a paid run at 3 every night with the cron package: after the hour that summer time's end repeats.
# Believed: a job between 2 and 3 may run twice or not at all on two nights of the year, so one at 3 is out of reach.
# Seen: the night that the clocks go back it runs twice, first when they say 2, then at 3. In New York and London that is
# the job at 2, in Beirut the one at midnight: the hour that follows the repeated one. Two o'clock in Berlin is started
# once. croner and cron-parser (BullMQ's) name one moment for each. A zone as fixed as UTC has no such night.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact cron@4.4.0 croner@11.0.1 cron-parser@5.10.6 >/dev/null
echo "cron 4.4.0, croner 11.0.1, cron-parser 5.10.6, node $(node --version)"
cat > night.mjs <<'JS'
import { mock } from 'node:test';
import { CronJob } from 'cron';
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';

const HOUR = 3600_000;
const clockIn = (timeZone) => {
  const format = new Intl.DateTimeFormat('sv', { timeZone, hour: '2-digit', minute: '2-digit', timeZoneName: 'longOffset' });
  return (ms) => format.format(ms);
};

/** When the job is started within a day from this moment, by the clocks of its zone. */
function started(pattern, timeZone, noon) {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: new Date(noon) });
  const seen = [];
  const job = CronJob.from({ cronTime: pattern, timeZone, onTick: () => seen.push(Date.now()), start: true });
  for (let minute = 0; minute < 24 * 60; minute++) mock.timers.tick(60_000);
  job.stop();
  mock.timers.reset();
  return seen.map(clockIn(timeZone)).join(', ');
}

function named(next, timeZone, noon) {
  const seen = [];
  for (let at = next(); at.getTime() < Date.parse(noon) + 24 * HOUR; at = next(at)) seen.push(at.getTime());
  return seen.map(clockIn(timeZone)).join(', ');
}

const noon = '2026-10-24T12:00:00Z';
const berlin = 'Europe/Berlin';
console.log(`Berlin, 2: ${started('0 2 * * *', berlin, noon)}`);
console.log(`Berlin, 3: ${started('0 3 * * *', berlin, noon)}`);
console.log(`Berlin, 4: ${started('0 4 * * *', berlin, noon)}`);
console.log(`London, 2: ${started('0 2 * * *', 'Europe/London', noon)}`);
console.log(`New York, 2:30: ${started('30 2 * * *', 'America/New_York', '2026-10-31T16:00:00Z')}`);
console.log(`Beirut, 0: ${started('0 0 * * *', 'Asia/Beirut', noon)}`);
console.log(`UTC, 3: ${started('0 3 * * *', 'UTC', noon)}`);
const croner = new Cron('0 3 * * *', { timezone: berlin, paused: true });
console.log(`croner, Berlin, 3: ${named((at) => croner.nextRun(at ?? new Date(noon)), berlin, noon)}`);
const parsed = CronExpressionParser.parse('0 3 * * *', { tz: berlin, currentDate: new Date(noon) });
console.log(`cron-parser, Berlin, 3: ${named(() => parsed.next().toDate(), berlin, noon)}`);
JS
node --no-warnings night.mjs | tee seen
echo 'believed: each is started once, at the time that is set'
diff seen - <<'SEEN'
Berlin, 2: 02:00 GMT+02:00
Berlin, 3: 02:00 GMT+01:00, 03:00 GMT+01:00
Berlin, 4: 04:00 GMT+01:00
London, 2: 01:00 GMT+00:00, 02:00 GMT+00:00
New York, 2:30: 01:30 GMT−05:00, 02:30 GMT−05:00
Beirut, 0: 23:00 GMT+02:00, 00:00 GMT+02:00
UTC, 3: 03:00 GMT+00:00
croner, Berlin, 3: 03:00 GMT+01:00
cron-parser, Berlin, 3: 03:00 GMT+01:00
SEEN
