import { hostname } from 'node:os';
import { readVersion } from './version.js';

/** This process, as others on a queue see it. */
export function self(): { readonly host: string; readonly pid: number; readonly version: string } {
  return { host: hostname(), pid: process.pid, version: readVersion() };
}
