export { self } from '../this-process.js';
