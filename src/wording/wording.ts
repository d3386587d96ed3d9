/** `1,234`, and one decimal below ten. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: count < 10 ? 1 : 0 });
}

/** `1 row`, `1,234 rows`; a plural that takes more than an s is given. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${nounFor(count, one, many)}`;
}

/** `row` for one, `rows` for any other number: for texts where the number does not stand right before the noun. */
export function nounFor(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

/** `850 ms`, `3.2 s`, `4 min 05 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  // The limits are where rounding would reach the next unit: never `60 s`.
  if (ms < 999.5) return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 59_500) return `${ms < 9_950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/**
 * `$12.30`, `€3.10`, `1,234 credits`: an amount of a currency (three letters, ISO 4217) or of another unit. Small
 * amounts keep two significant digits: `$0.0042`.
 */
export function formatCost(amount: number, unit: string): string {
  if (!/^[A-Z]{3}$/.test(unit)) {
    const digits = inDigits(amount, {}, amount < 100 ? 2 : 0);
    return `${digits} ${digits === '1' ? unit.replace(/s$/, '') : unit}`;
  }
  const style = { style: 'currency', currency: unit } as const;
  // Yen have no hundredths.
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en-US', style).resolvedOptions();
  return inDigits(amount, { ...style, minimumFractionDigits: maximumFractionDigits }, maximumFractionDigits);
}

function inDigits(amount: number, options: Intl.NumberFormatOptions, usual: number): string {
  const forTwo = amount > 0 ? 1 - Math.floor(Math.log10(amount)) : 0;
  const maximumFractionDigits = Math.max(usual, Math.min(forTwo, MOST_DIGITS));
  // Intl puts a no-break space between a currency's letters and the amount.
  return amount.toLocaleString('en-US', { ...options, maximumFractionDigits }).replace('\u00a0', ' ');
}

/** The most decimals shown. */
const MOST_DIGITS = 12;

const BYTE_UNITS = ['KB', 'MB', 'GB', 'TB'] as const;

/** `512 bytes`, `3.4 KB`, `120 MB`; a KB is 1,000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 999.5) return counted(bytes, 'byte');
  let amount = bytes;
  let unit = '';
  for (const next of BYTE_UNITS) {
    if (unit !== '' && amount < 999.5) break;
    amount /= 1_000;
    unit = next;
  }
  return `${formatCount(amount)} ${unit}`;
}

/** `10 %`, `0.5 %`: a share of 1. */
export function formatPercent(share: number): string {
  const percents = share * 100;
  return `${Number(percents.toFixed(percents < 10 ? 1 : 0))} %`;
}

/** Cuts a text to at most `most` characters, an ellipsis at the end included. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  // A surrogate pair stays whole.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 2)) ? most - 2 : most - 1;
  return `${text.slice(0, Math.max(0, end))}…`;
}
