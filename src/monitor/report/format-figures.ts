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

/**
 * `2026-11-24 02:15:02 GMT+1`; other texts unchanged.
 *
 * @param timeZone by its IANA name; undefined: this machine's.
 */
export function formatMoment(rfc3339: string, timeZone?: string): string {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return rfc3339;
  const parts = new Intl.DateTimeFormat('en-CA', {
    ...{
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    },
    ...{ hourCycle: 'h23', timeZoneName: 'short' },
    ...(timeZone === undefined ? {} : { timeZone }),
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  const date = ['year', 'month', 'day'] as const;
  const time = ['hour', 'minute', 'second'] as const;
  return `${date.map(part).join('-')} ${time.map(part).join(':')} ${part('timeZoneName')}`;
}
