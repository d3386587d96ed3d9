import type { Liquid, LiquidError, Token } from 'liquidjs';
import { nearestName } from './nearest-name.js';

/** What is wrong with a template, and where. */
export interface TemplateProblem {
  /** The included file that it is in; undefined for the template itself. */
  readonly file: string | undefined;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** The tag or output as it stands in the template; may be empty. */
  readonly near: string;
}

/** Tags that are unknown only because the one that they belong to was wrong. */
const FOLLOW_UP = /^tag "(?:end\w*|else|elsif|when)" not found/;

/** Everything wrong that LiquidJS has thrown, in words. */
export function templateProblems(thrown: unknown, engine: Liquid): TemplateProblem[] {
  const errors = listOf(thrown);
  return errors
    .filter((error, index) => index === 0 || !FOLLOW_UP.test(messageOf(error)))
    .map((error) => problemOf(error, engine));
}

function listOf(thrown: unknown): unknown[] {
  const isList = thrown instanceof Error && 'errors' in thrown && Array.isArray(thrown.errors);
  return isList ? (thrown.errors as unknown[]) : [thrown];
}

function problemOf(error: unknown, engine: Liquid): TemplateProblem {
  return problemAt(isLiquidError(error) ? error.token : undefined, inWords(messageOf(error), engine));
}

export function problemAt(token: Token | undefined, text: string): TemplateProblem {
  return { file: token?.file, line: token?.getPosition()[0] ?? 1, text, near: token?.getText() ?? '' };
}

function isLiquidError(error: unknown): error is LiquidError {
  return (
    error instanceof Error && 'token' in error && typeof error.token === 'object' && error.token !== null
  );
}

/** LiquidJS writes the place into the message; we say it ourselves. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/(?:, file:[^\n]*?)?, line:\d+, col:\d+$/, '').replace(/\s+/g, ' ');
}

function inWords(message: string, engine: Liquid): string {
  const filter = /^undefined filter: (.*)$/.exec(message)?.[1];
  if (filter !== undefined) return unknownName('filter', filter, Object.keys(engine.filters));
  const tag = /^tag "(.*)" not found$/.exec(message)?.[1];
  if (tag !== undefined) return unknownName('tag', tag, Object.keys(engine.tags));
  const missing = /^ENOENT: Failed to lookup "(.*?)"/.exec(message)?.[1];
  if (missing !== undefined) return `the included file "${missing}" is not there`;
  if (/limit exceeded$/.test(message)) return `it never ends, or makes too much: ${message}`;
  return message;
}

function unknownName(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `unknown ${what} "${name}"${nearest === undefined ? '' : `, perhaps "${nearest}"`}`;
}
