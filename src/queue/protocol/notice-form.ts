import type { ServiceNotice } from '../../fabric/service-notice.js';

/** Longest text of a notice that goes over a queue: it is read as one line. */
const MOST_CHARACTERS = 300;

type Kind = ServiceNotice['kind'];

/** The members of each notice beside its kind. */
const MEMBERS: { readonly [K in Kind]: Members<Extract<ServiceNotice, { kind: K }>> } = {
  'other-model': { asked: 'string', answered: 'string' },
  'absurd-usage': { figure: 'string', value: 'number', most: 'number' },
  'form-lowered': { from: 'string', to: 'string', why: 'string' },
  timeouts: { calls: 'number', timeoutMs: 'number' },
  'prompt-cut': { characters: 'number', tokens: 'number' },
};

type Members<N> = {
  readonly [M in Exclude<keyof N, 'kind'>]: N[M] extends string ? 'string' : 'number';
};

/** Whether a value that was found in Redis is a notice that this version knows. */
export function isServiceNotice(value: unknown): value is ServiceNotice {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const notice: Readonly<Record<string, unknown>> = { ...value };
  if (typeof notice.kind !== 'string' || !Object.hasOwn(MEMBERS, notice.kind)) return false;
  const members = Object.entries(MEMBERS[notice.kind as Kind]);
  return members.every(([member, type]) => typeof notice[member] === type);
}

/** A notice whose texts are no longer than a line: services have a say in them. */
export function shortNotice(notice: ServiceNotice): ServiceNotice {
  const members = Object.entries(notice).map(([member, value]) => [
    member,
    typeof value === 'string' ? value.slice(0, MOST_CHARACTERS) : value,
  ]);
  return Object.fromEntries(members) as ServiceNotice;
}

/**
 * What a notice is about: one of each is enough for a run, whichever worker meets it. The forms of answers are told one
 * by one, since the last of them is the one in use.
 */
export function subjectOf(notice: ServiceNotice): string {
  return notice.kind === 'form-lowered' ? `${notice.kind} ${notice.to}` : notice.kind;
}
