import { formatCost, formatCount } from '../../wording/wording.js';

/** `412`, `8.3`, `0.042`: a rate below one keeps two significant digits. */
export function formatRate(rate: number): string {
  return rate >= 1 || rate === 0 ? formatCount(rate) : rate.toPrecision(2);
}

/** `$12.34`, `1,234 credits`; the number alone where the unit is unknown. */
export function formatAmount(amount: number, unit: string | undefined): string {
  return unit === undefined ? formatRate(amount) : formatCost(amount, unit);
}

/** `99.98 %`: rounded down, so that 100 % means all. */
export function formatShare(share: number): string {
  return `${Math.floor(share * 10_000) / 100} %`;
}

/** `2026-11-24 01:15:02 UTC`; other texts unchanged. */
export function formatMoment(rfc3339: string): string {
  const at = new Date(rfc3339);
  return Number.isNaN(at.getTime()) ? rfc3339 : `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
