import { Chalk, supportsColorStderr } from 'chalk';

/** Colours for standard error, where it shows them; none with NO_COLOR (no-color.org), which chalk does not read. */
export const paint = new Chalk({
  level: process.env.NO_COLOR || !supportsColorStderr ? 0 : supportsColorStderr.level,
});
