import { openTextCounter } from '../../fabric/price/count-texts.js';
import { serveThread } from '../../threads/serve-thread.js';

// The program of a thread that counts the tokens of texts; it is given the encoding.
serveThread(openTextCounter);
