/** The texts of options mean the same from code, so whoever makes settings of them reads them: `src/run`. */
export * from '../run/option-parsers.js';
