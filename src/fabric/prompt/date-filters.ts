import { type Liquid, toValue } from 'liquidjs';
import { ExactNumber } from '../../json/exact-number.js';
import { type Moment, momentOf } from './moment.js';
import { strftime } from './strftime.js';
import { valueText } from './value-text.js';

/**
 * Has an engine's filters of dates give the same on every machine, whatever its zone: dates with a zone keep it, all
 * others are in UTC. Other values stay as they are.
 */
export function registerDateFilters(engine: Liquid): void {
  const usual = engine.options.dateFormat;
  const register = (name: string, write: (moment: Moment, ...more: unknown[]) => string) => {
    engine.registerFilter(name, function (given: unknown, ...more: unknown[]) {
      const value = given instanceof ExactNumber ? given.valueOf() : toValue(given);
      const moment = momentOf(value, name === 'date' ? more[1] : undefined);
      if (moment === undefined) return given;
      const text = write(moment, ...more);
      this.context.memoryLimit.use(text.length);
      return text;
    });
  };
  register('date', (moment, format) => strftime(moment, format == null ? usual : valueText(format)));
  register('date_to_xmlschema', (moment) => strftime(moment, '%Y-%m-%dT%H:%M:%S%:z'));
  register('date_to_rfc822', (moment) => strftime(moment, '%a, %d %b %Y %H:%M:%S %z'));
  register('date_to_string', (moment, type, style) => strftime(moment, dayFormat('%b', type, style)));
  register('date_to_long_string', (moment, type, style) => strftime(moment, dayFormat('%B', type, style)));
}

function dayFormat(month: string, type: unknown, style: unknown): string {
  if (type !== 'ordinal') return `%d ${month} %Y`;
  return style === 'US' ? `${month} %-d%q, %Y` : `%-d%q ${month} %Y`;
}
