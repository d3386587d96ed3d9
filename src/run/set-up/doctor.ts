import { createHash } from 'node:crypto';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { formatBytes } from '../../wording/wording.js';
import { keyOf, MissingKeyError } from '../plan/api-key.js';
import { usualCache } from '../plan/cache.js';
import { decideFabricOrSteps, type FabricPlan } from '../plan/fabric.js';
import { decideQueue } from '../plan/queue.js';
import { decideSteps } from '../plan/steps.js';
import type { Environment } from '../settings/environment.js';
import { decideProxy } from '../settings/proxy.js';
import { STARTING_POINTS } from './starting-points.js';

/** One thing that a run needs, looked at. */
export interface Check {
  /** `node`, `fabric`, `key`, `address`, `call`, `queue`, `disk`. */
  readonly name: string;
  /** `note`: it is missing, and a run may do without. */
  readonly state: 'ok' | 'note' | 'problem';
  /** What was found, and of a problem what to do. Never a key. */
  readonly text: string;
}

export interface DoctorSettings {
  /** As `--fabric` takes it; undefined: no fabric is looked at. */
  readonly fabric?: string;
  readonly baseUrl?: string;
  /** The folder of the output, of the checkpoint, and of the cache, where there is one. */
  readonly folders: readonly { readonly name: string; readonly path: string }[];
  readonly queue?: string;
  readonly queuePrefix?: string;
  readonly environment: Environment;
  readonly nodeVersion: string;
  /** What may have the key that is missing, for a line of its own. */
  readonly keyMayBe?: string;
  /** Makes the cheap call; undefined: none is made. */
  readonly call?: (fabric: FabricPlan) => Promise<Check>;
}

/**
 * Looks at all that a run needs before its first call. Only the `call` that is handed in is paid for.
 *
 * @returns a check a line, in the order of their causes: a problem often explains those below it.
 */
export async function examine(settings: DoctorSettings): Promise<Check[]> {
  const { nodeVersion, folders } = settings;
  return [
    nodeCheck(nodeVersion),
    ...(settings.fabric === undefined ? keysThere(settings) : await fabricChecks(settings.fabric, settings)),
    ...(await queueChecks(settings)),
    ...(await Promise.all(folders.map(diskCheck))),
  ];
}

const NODE = [20, 19] as const;

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  return isNewEnough
    ? { name: 'node', state: 'ok', text: version }
    : { name: 'node', state: 'problem', text: `${version}: batchai needs ${NODE.join('.')} or later` };
}

/** Which services' keys are there, where no fabric says which one is needed. */
function keysThere({ environment, keyMayBe }: DoctorSettings): Check[] {
  const variables = [...new Set(STARTING_POINTS.flatMap(({ keyEnv }) => keyEnv ?? []))];
  const set = variables.filter((name) => environment[name]);
  if (set.length > 0)
    return set.map((name) => ({ name: 'key', state: 'ok', text: keyText(name, environment[name] ?? '') }));
  return [
    {
      name: 'key',
      state: 'note',
      text: withHint(`none of ${variables.join(', ')} is set: only local: fabrics will run`, keyMayBe),
    },
  ];
}

/** A key is told from another by the beginning of its hash, which says nothing of it. */
function keyText(variable: string, key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return `${variable} is set (${key.length} characters, SHA-256 ${hash}…)`;
}

async function fabricChecks(text: string, settings: DoctorSettings): Promise<Check[]> {
  const { environment, baseUrl } = settings;
  try {
    // Without its key, which has a check of its own.
    const address = baseUrl === undefined ? {} : { baseUrl };
    const asked = { environment, callsElsewhere: true, ...address };
    const fabric = await decideFabricOrSteps({ fabric: text, ...asked });
    if (fabric.kind !== 'steps') return serviceChecks(text, fabric, settings);
    const steps = await decideSteps(fabric, { attempts: 1, timeoutMs: 0, wallNow: () => 0, ...asked });
    // Steps on the same model are one to look at.
    const checks: Check[] = [];
    for (const [index, { name, calls, sharesWith }] of steps.entries())
      if (sharesWith === index)
        checks.push(...(await serviceChecks(`${text}, step ${name}`, calls.fabric, settings)));
    return checks;
  } catch (error) {
    return [problemOf('fabric', error)];
  }
}

async function serviceChecks(text: string, fabric: FabricPlan, settings: DoctorSettings): Promise<Check[]> {
  const { environment, call } = settings;
  const found: Check = { name: 'fabric', state: 'ok', text: `${text}: ${describe(fabric)}` };
  if (fabric.kind === 'local' || fabric.kind === 'llama') return [found];
  const { keyEnv, baseUrl: address } = fabric.definition;
  const key = tried('key', () => keyCheck(fabric, keyEnv, environment), settings.keyMayBe);
  const way = tried('address', () => wayCheck(address, environment));
  const checks = [found, key, way];
  if (checks.some(({ state }) => state === 'problem')) return checks;
  if (call === undefined) return [...checks, NO_CALL];
  const apiKey = keyEnv === undefined ? undefined : environment[keyEnv];
  return [...checks, await call({ ...fabric, apiKey, proxy: decideProxy(address, environment) })];
}

const NO_CALL: Check = {
  name: 'call',
  state: 'note',
  text: 'none is made: --call makes a cheap one, which shows whether the key is accepted',
};

function describe(fabric: FabricPlan): string {
  switch (fabric.kind) {
    case 'local':
      return 'on this machine';
    case 'llama':
      return `${fabric.definition.model} on this machine`;
    case 'promptha':
      return `${fabric.definition.fabricId} at Promptha`;
    case 'model':
      return `${fabric.definition.model} (${fabric.definition.provider})`;
  }
}

function keyCheck(fabric: FabricPlan, keyEnv: string | undefined, environment: Environment): Check {
  if (keyEnv === undefined || fabric.kind === 'local' || fabric.kind === 'llama')
    return { name: 'key', state: 'note', text: 'none is sent: the fabric file names no keyEnv' };
  return { name: 'key', state: 'ok', text: keyText(keyEnv, keyOf(fabric.definition, keyEnv, environment)) };
}

function wayCheck(address: string, environment: Environment): Check {
  const proxy = decideProxy(address, environment);
  const by = proxy === undefined ? '' : `, by way of the proxy ${proxy.shown} (${proxy.variable})`;
  return { name: 'address', state: 'ok', text: `${address}${by}` };
}

async function queueChecks({ queue, queuePrefix, environment }: DoctorSettings): Promise<Check[]> {
  try {
    const asked = {
      ...(queue === undefined ? {} : { queue }),
      ...(queuePrefix === undefined ? {} : { queuePrefix }),
    };
    const plan = decideQueue({ ...asked, environment });
    if (plan === undefined) return [];
    const { connectToQueue } = await import('../../queue/redis/redis-connection.js');
    const connection = await connectToQueue(plan);
    connection.close();
    return [{ name: 'queue', state: 'ok', text: `${plan.shownUrl} answers` }];
  } catch (error) {
    return [problemOf('queue', error)];
  }
}

/** Less than this is soon full: answers, journal and output of some ten thousand rows. */
const LITTLE_DISK = 100 * 1024 * 1024;

async function diskCheck({ name, path }: DoctorSettings['folders'][number]): Promise<Check> {
  const what = `${name} in ${path}`;
  try {
    const folder = await nearestFolder(path);
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    return free < LITTLE_DISK
      ? { name: 'disk', state: 'problem', text: `${what}: only ${formatBytes(free)} free; make room` }
      : { name: 'disk', state: 'ok', text: `${what}: ${formatBytes(free)} free` };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return {
      name: 'disk',
      state: 'problem',
      text: `${what}: it cannot be written to (${code}); choose another folder`,
    };
  }
}

/** A checkpoint's and a cache's folder are made by a run: above them is one that is there. */
async function nearestFolder(path: string): Promise<string> {
  const here = resolve(path);
  const found = await stat(here).catch(() => undefined);
  if (found?.isDirectory() || dirname(here) === here) return here;
  return nearestFolder(dirname(here));
}

/** The folders that a run writes to: that of its output, and of its checkpoint and cache where they are elsewhere. */
export function foldersOf(
  asked: { readonly output?: string; readonly checkpoint?: string; readonly cache?: string | true },
  environment: Environment,
): DoctorSettings['folders'] {
  const output = asked.output === undefined ? '.' : dirname(asked.output);
  const { checkpoint, cache } = asked;
  return [
    { name: 'output', path: output },
    ...(checkpoint === undefined ? [] : [{ name: 'checkpoint', path: checkpoint }]),
    ...(cache === undefined
      ? []
      : [{ name: 'cache', path: cache === true ? usualCache(environment) : cache }]),
  ];
}

function tried(name: string, check: () => Check, keyMayBe?: string): Check {
  try {
    return check();
  } catch (error) {
    const problem = problemOf(name, error);
    return error instanceof MissingKeyError
      ? { ...problem, text: withHint(problem.text, keyMayBe) }
      : problem;
  }
}

function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text}\n${hint}`;
}

function problemOf(name: string, error: unknown): Check {
  return { name, state: 'problem', text: error instanceof Error ? error.message : String(error) };
}
