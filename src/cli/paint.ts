import { Chalk, supportsColorStderr } from 'chalk';
import { OWN_ESCAPE } from './print.js';

const chalk = new Chalk({
  level: process.env.NO_COLOR || !supportsColorStderr ? 0 : supportsColorStderr.level,
});

/** Colours for standard error, where it shows them; none with NO_COLOR (no-color.org), which chalk does not read. */
export const paint = {
  bold: painting('bold'),
  dim: painting('dim'),
  red: painting('red'),
  yellow: painting('yellow'),
};

function painting(style: 'bold' | 'dim' | 'red' | 'yellow'): (text: string) => string {
  const [start = '', end = ''] = chalk[style]('|').replaceAll('\u001b', OWN_ESCAPE).split('|');
  return (text) => `${start}${text}${end}`;
}
