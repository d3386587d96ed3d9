// Draws the charts of a report in the browser, with uPlot. What to draw stands in the page as JSON, of the form of
// `Chart` in ../chart.ts. This file is put into the page as it is; nothing of it is fetched.

const { uPlot } = window;
const charts = JSON.parse(document.getElementById('charts').textContent);
const plots = new Map();
const linked = uPlot.sync('work');
/** On paper there is no telling how wide a chart will be. */
const PRINTED_WIDTH = 310;

function drawAll() {
  for (const chart of charts) {
    plots.get(chart.id)?.destroy();
    const place = document.getElementById(chart.id);
    plots.set(chart.id, new uPlot(optionsOf(chart, place), columnsOf(chart), place));
  }
}

/** The x places and then the values of each series; bars of a stack stand on those below them. */
function columnsOf(chart) {
  let below = chart.x.map(() => 0);
  const columns = chart.series.map(({ look, values }) => {
    if (look !== 'bars') return values;
    below = below.map((height, index) => height + (values[index] ?? 0));
    return below;
  });
  return [chart.x, ...inDrawingOrder(chart, columns)];
}

/** The highest bars first, so that the lower ones stand before them. */
function inDrawingOrder({ stacked }, list) {
  return stacked ? [...list].reverse() : list;
}

function optionsOf(chart, place) {
  const unit = chart.series[0].unit;
  return {
    ...sizeOf(place),
    legend: { show: false },
    padding: [14, 14, 0, 4],
    cursor: cursorOf(chart),
    scales: {
      x: { time: false, range: [...chart.xRange] },
      y: { range: (_plot, _least, most) => [0, roomAbove(most, chart)] },
    },
    axes: [xAxis(chart), yAxis(unit)],
    series: [
      {},
      ...inDrawingOrder(
        chart,
        chart.series.map((series) => lookOf(series, chart)),
      ),
    ],
    hooks: { draw: [(plot) => drawMarks(plot, chart)], setCursor: [(plot) => showValues(plot, chart)] },
  };
}

/** The charts over time share a cursor; each has its values beside the names of its series. */
function cursorOf({ xKind }) {
  const cursor = { points: { size: 7, width: 1.5 }, drag: { x: false, y: false } };
  return xKind === 'work' ? { ...cursor, sync: { key: linked.key, setSeries: false } } : cursor;
}

function lookOf({ look, color }, { x }) {
  const stroke = colorOf(color);
  // Gaps between many thin bars make patterns that are not there.
  const barWidth = x.length > 60 ? 1 : 0.9;
  switch (look) {
    case 'bars':
      return {
        fill: stroke,
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars({ size: [barWidth, 60], gap: 0 }),
      };
    case 'area':
      return { stroke, width: 1.75, fill: faded(stroke), spanGaps: true, points: { show: false } };
    case 'thin':
      return { stroke, width: 1, dash: [4, 3], spanGaps: true, points: { show: false } };
    default:
      return { stroke, width: 1.5, spanGaps: true, points: { show: false } };
  }
}

function xAxis({ xKind }) {
  if (xKind === 'work')
    return {
      ...axisLook(),
      size: 30,
      space: 64,
      incrs: STEPS_S,
      values: (_plot, at) => at.map(workTimeOf),
    };
  return {
    ...axisLook(),
    size: 30,
    splits: (_plot, _axis, from, to) => latencySplits(from, to),
    values: (_plot, at) => at.map((exponent) => durationOf(10 ** exponent)),
  };
}

function yAxis(unit) {
  const axis = {
    ...axisLook(),
    size: 54,
    space: 36,
    values: (_plot, at) => at.map((value) => shown(value, unit)),
  };
  // There is no half of a row.
  return unit === 'count' ? { ...axis, incrs: WHOLE_STEPS } : axis;
}

const WHOLE_STEPS = Array.from(
  { length: 45 },
  (_none, nth) => [1, 2, 5][nth % 3] * 10 ** Math.floor(nth / 3),
);

const STEPS_S = [
  0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
  86400, 172800, 604800,
];

/** 1, 2 and 5 of each power of ten; of a wide range the powers alone. */
function latencySplits(from, to) {
  const factors = to - from < 2.5 ? [1, 2, 5] : [1];
  const splits = [];
  for (let power = Math.floor(from); power <= to; power++)
    for (const factor of factors) splits.push(power + Math.log10(factor));
  return splits.filter((split) => split >= from && split <= to);
}

function axisLook() {
  const line = { stroke: colorOf('grid'), width: 1 };
  return {
    stroke: colorOf('muted'),
    font: '11px system-ui, sans-serif',
    grid: line,
    ticks: { ...line, size: 4 },
    gap: 4,
  };
}

/** Lines across the plot; a word that would stand on the one before it is put lower. */
function drawMarks(plot, { marks }) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.fillStyle = colorOf('muted');
  ctx.strokeStyle = colorOf('muted');
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  let free = { at: Number.NEGATIVE_INFINITY, line: 0 };
  for (const { x, label } of marks) {
    const at = plot.valToPos(x, 'x', true);
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    const wide = ctx.measureText(label).width + 8 * ratio;
    const isOnTheRight = at + wide < bbox.left + bbox.width;
    const start = isOnTheRight ? at : at - wide;
    const line = start < free.at ? free.line + 1 : 0;
    ctx.textAlign = isOnTheRight ? 'left' : 'right';
    ctx.fillText(label, at + (isOnTheRight ? 4 : -4) * ratio, bbox.top + (11 + 13 * line) * ratio);
    free = { at: start + wide, line };
  }
  ctx.restore();
}

/** Under the cursor, the values are beside the names. */
function showValues(plot, chart) {
  const index = plot.cursor.idx;
  const keys = document.getElementById(chart.id).parentElement.querySelectorAll('.key');
  for (const [nth, key] of keys.entries()) {
    key.querySelector('b')?.remove();
    const { values, unit } = chart.series[nth];
    if (index === null || index === undefined || values[index] == null) continue;
    const value = document.createElement('b');
    value.textContent = shown(values[index], unit);
    key.append(value);
  }
}

function shown(value, unit) {
  if (unit === 'ms') return durationOf(value);
  const digits = value !== 0 && Math.abs(value) < 1 ? 2 : 3;
  const [, currency] = /^cost:([A-Z]{3})$/.exec(unit) ?? [];
  const style = currency === undefined ? {} : { style: 'currency', currency };
  return value.toLocaleString('en-US', { ...style, notation: 'compact', maximumSignificantDigits: digits });
}

/** `30 s`, `1 min 30`, `1 h`, `1 h 30` */
function workTimeOf(seconds) {
  if (seconds < 60 || seconds >= 172_800) return durationOf(seconds * 1000);
  const [unit, length] = seconds < 3600 ? ['min', 60] : ['h', 3600];
  const rest = Math.round(((seconds % length) / length) * 60);
  return `${Math.floor(seconds / length)} ${unit}${rest === 0 ? '' : ` ${String(rest).padStart(2, '0')}`}`;
}

function durationOf(ms) {
  if (ms === 0) return '0';
  for (const [unit, length] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ])
    if (ms >= length * 0.9995) return `${Number((ms / length).toPrecision(3))} ${unit}`;
  return `${Number((ms * 1000).toPrecision(3))} µs`;
}

/** Some room over the highest value, and for words where there are marks; something, where all is 0. */
function roomAbove(most, { marks, xKind }) {
  if (most <= 0) return 1;
  if (xKind === 'latency') return most * 1.4;
  return most * (marks.length === 0 ? 1.1 : 1.2);
}

function colorOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function faded(color) {
  return `${color}22`;
}

function sizeOf(place) {
  const isPrinted = document.documentElement.dataset.printing !== undefined;
  return { width: isPrinted ? PRINTED_WIDTH : place.clientWidth, height: place.clientHeight };
}

drawAll();
document.documentElement.dataset.drawn = 'true';
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
new ResizeObserver(() => {
  for (const [id, plot] of plots) {
    const size = sizeOf(document.getElementById(id));
    if (size.width !== plot.width || size.height !== plot.height) plot.setSize(size);
  }
}).observe(document.querySelector('.charts'));
// Paper is light, whatever the screen is.
addEventListener('beforeprint', () => {
  document.documentElement.dataset.printing = '';
  drawAll();
});
addEventListener('afterprint', () => {
  delete document.documentElement.dataset.printing;
  drawAll();
});
