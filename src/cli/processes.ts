export { processes } from '../this-process.js';
