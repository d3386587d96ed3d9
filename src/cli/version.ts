export { readVersion } from '../this-process.js';
