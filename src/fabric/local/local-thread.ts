import { serveThread } from '../../threads/serve-thread.js';
import { openTextAnswers } from './answer-texts.js';

// The program of a thread that answers texts; it is given the fabric's name.
serveThread(openTextAnswers);
