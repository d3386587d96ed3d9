import { normalize } from 'node:path';
import { CallError } from '../../fabric/call-error.js';
import type {
  FabricDefinition,
  LlamaDefinition,
  ModelDefinition,
  PrompthaDefinition,
  StepDefinition,
} from '../../fabric/definition.js';
import { chainHash, definitionHash } from '../../fabric/definition-hash.js';
import { fabricFileOfName } from '../../fabric/file/meant-file.js';
import { LOCAL_FABRICS, type LocalFabricName } from '../../fabric/local/catalogue.js';
import { didYouMean } from '../../fabric/prompt/nearest-name.js';
import type { HttpProxy } from '../../proxy/http-proxy.js';
import { decideProxy } from '../settings/proxy.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import { keyOf, MissingKeyError } from './api-key.js';

/** The fabric, found and checked, with all that its client needs. */
export type FabricPlan = PrompthaPlan | LocalPlan | ModelPlan | LlamaPlan;

/** Several fabrics that are asked about each row in turn. */
export interface ChainPlan extends CommonPlan {
  readonly kind: 'steps';
  readonly steps: readonly [StepDefinition, ...StepDefinition[]];
}

interface CommonPlan {
  /** As dead letters and the checkpoint name it. */
  readonly id: string;
  /** What `--fabric` was, to find it again by: where it is a path, that path. */
  readonly source: { readonly kind: 'name' | 'path'; readonly text: string };
  /** Of what determines its answers, where that is known here: a run goes on only with the same. */
  readonly definitionHash: string | null;
}

export interface LocalPlan extends CommonPlan {
  readonly kind: 'local';
  readonly name: LocalFabricName;
}

export interface PrompthaPlan extends CommonPlan {
  readonly kind: 'promptha';
  readonly definition: PrompthaDefinition & { readonly baseUrl: string };
  /** Undefined where the calls are made elsewhere. */
  readonly apiKey: string | undefined;
  /** On the way to it; undefined: none, or the calls are made elsewhere. */
  readonly proxy: HttpProxy | undefined;
}

export interface ModelPlan extends CommonPlan {
  readonly kind: 'model';
  readonly definition: ModelDefinition;
  /** Undefined where it needs none, or where the calls are made elsewhere. */
  readonly apiKey: string | undefined;
  /** On the way to it; undefined: none, or the calls are made elsewhere. */
  readonly proxy: HttpProxy | undefined;
}

export interface LlamaPlan extends CommonPlan {
  readonly kind: 'llama';
  readonly definition: LlamaDefinition;
}

const PROMPTHA_BASE_URL = 'https://api.promptha.com/v1';

const LOCAL = 'local:';

/** The settings that decide the fabric. */
export interface FabricSettings extends AddressSettings, Pick<RunSettings, 'fabric'> {
  /** Workers make the calls, each with the key in its own environment: none is needed here. */
  readonly callsElsewhere?: boolean;
}

/**
 * Finds the fabric: at Promptha, in this process, or in a fabric file, which may have steps.
 *
 * @throws SetUpError where the fabric is not known here, or where its key is missing.
 * @throws FabricFileError where its file is wrong.
 */
export async function decideFabricOrSteps(settings: FabricSettings): Promise<FabricPlan | ChainPlan> {
  const text = settings.fabric.trim();
  if (text === '') {
    throw new SetUpError(
      '--fabric is empty; give a fabric id, the path of a fabric file, or local:<name> (see: batchai fabrics)',
    );
  }
  if (/\.ya?ml$/i.test(text)) return fabricOfFile(text, settings);
  if (/\.gguf$/i.test(text)) return fabricOfModelFile(normalize(text.replace(LOCAL, '')));
  if (text.startsWith(LOCAL)) return localPlan(text);
  return namedPlan(text, settings).catch(async (error) => {
    const file = error instanceof MissingKeyError ? await fabricFileOfName(text) : undefined;
    throw file === undefined ? error : new MissingKeyError(`${error.message}; did you mean ${file}?`);
  });
}

/** A fabric that is hosted at Promptha, by its id. */
async function namedPlan(text: string, settings: FabricSettings): Promise<FabricPlan> {
  const source = { kind: 'name', text } as const;
  const definition: PrompthaDefinition = {
    provider: 'promptha',
    name: text,
    fabricId: text,
    keyEnv: 'PROMPTHA_API_KEY',
    limits: {},
  };
  return { ...prompthaPlan(definition, settings), source, definitionHash: null };
}

/** The same where steps have no place. */
export async function decideFabric(settings: FabricSettings): Promise<FabricPlan> {
  const fabric = await decideFabricOrSteps(settings);
  if (fabric.kind !== 'steps') return fabric;
  throw new SetUpError(`${fabric.source.text} has steps, where one fabric is wanted`);
}

async function fabricOfFile(path: string, settings: FabricSettings): Promise<FabricPlan | ChainPlan> {
  // YAML, the schema's checker and the templates take a while to load.
  const { readFabric } = await import('../../fabric/file/read-fabric-file.js');
  const definition = await readFabric(path);
  const source = { kind: 'path', text: path } as const;
  if (!('steps' in definition)) return planOfDefinition(definition, source, settings);
  const [first, ...others] = definition.steps;
  if (first === undefined) throw new SetUpError(`${path}: it has no step`);
  const definitionHash = chainHash(definition);
  return { kind: 'steps', id: definition.name, source, definitionHash, steps: [first, ...others] };
}

/** A fabric that runs in this process, by its whole name. */
export function localPlan(text: string): LocalPlan {
  const name = localName(text.slice(LOCAL.length));
  return { kind: 'local', id: text, source: { kind: 'name', text }, definitionHash: null, name };
}

/** The plan of a fabric that is defined. */
export async function planOfDefinition(
  definition: FabricDefinition,
  source: FabricPlan['source'],
  settings: Omit<FabricSettings, 'fabric'>,
): Promise<FabricPlan> {
  const common = { id: definition.name, source, definitionHash: definitionHash(definition) };
  switch (definition.provider) {
    case 'promptha':
      return { ...prompthaPlan(definition, settings), ...common };
    case 'llama':
      await checkLlama(definition);
      return { kind: 'llama', ...common, definition };
    default: {
      const { keyEnv, maxPixels } = definition;
      if (maxPixels !== undefined && !settings.callsElsewhere) await checkSharp(maxPixels);
      const apiKey = keyEnv === undefined ? undefined : keyHere(definition, keyEnv, settings);
      const here = addressed(definition, settings);
      return { kind: 'model', ...common, definition: here, apiKey, proxy: proxyHere(here.baseUrl, settings) };
    }
  }
}

/** `local:<path>.gguf`: a model without a prompt of its own. */
async function fabricOfModelFile(path: string): Promise<LlamaPlan> {
  const { promptlessLlama } = await import('../../fabric/llama/promptless-llama.js');
  const definition = promptlessLlama(path);
  await checkLlama(definition);
  return {
    kind: 'llama',
    id: `${LOCAL}${path}`,
    source: { kind: 'path', text: path },
    definitionHash: definitionHash(definition),
    definition,
  };
}

/** @throws SetUpError where pictures are to be made smaller, and nothing here can. */
async function checkSharp(maxPixels: number): Promise<void> {
  const { openShrinker } = await import('../../fabric/attachments/shrinker.js');
  try {
    await openShrinker(maxPixels);
  } catch (error) {
    throw error instanceof CallError ? new SetUpError(error.message) : error;
  }
}

async function checkLlama({ model, parameters }: LlamaDefinition): Promise<void> {
  const { checkModelFile, requireLlama } = await import('../../fabric/llama/require-llama.js');
  const { llamaParameters } = await import('../../fabric/llama/llama-parameters.js');
  llamaParameters(parameters);
  await checkModelFile(model);
  await requireLlama();
}

function prompthaPlan(
  definition: PrompthaDefinition,
  settings: Omit<FabricSettings, 'fabric'>,
): Omit<PrompthaPlan, 'source' | 'definitionHash'> {
  const apiKey = keyHere(definition, definition.keyEnv, settings);
  const here = prompthaAddressed(definition, settings);
  const proxy = proxyHere(here.baseUrl, settings);
  return { kind: 'promptha', id: definition.name, definition: here, apiKey, proxy };
}

function keyHere(
  definition: FabricDefinition,
  keyEnv: string,
  { callsElsewhere, environment }: Omit<FabricSettings, 'fabric'>,
): string | undefined {
  return callsElsewhere ? undefined : keyOf(definition, keyEnv, environment);
}

/** Workers have a proxy of their own environment's, as they have the key. */
function proxyHere(
  baseUrl: string,
  { callsElsewhere, environment }: Omit<FabricSettings, 'fabric'>,
): HttpProxy | undefined {
  return callsElsewhere ? undefined : decideProxy(baseUrl, environment);
}

/** The settings that decide a service's address. */
export type AddressSettings = Pick<RunSettings, 'baseUrl' | 'environment'>;

/** @throws SetUpError where the address that was asked for is none. */
export function addressed(definition: ModelDefinition, { baseUrl }: AddressSettings): ModelDefinition {
  return baseUrl === undefined ? definition : { ...definition, baseUrl: checkBaseUrl(baseUrl) };
}

/** @throws SetUpError where the address that was asked for is none. */
export function prompthaAddressed(
  definition: PrompthaDefinition,
  { baseUrl, environment }: AddressSettings,
): PrompthaPlan['definition'] {
  const decided =
    baseUrl ?? definition.baseUrl ?? (environment.PROMPTHA_BASE_URL || undefined) ?? PROMPTHA_BASE_URL;
  return { ...definition, baseUrl: checkBaseUrl(decided) };
}

/** The JSON schema that answers have to match, where the fabric has one. */
export function answerSchemaOf(fabric: FabricPlan): FabricDefinition['output'] {
  return fabric.kind === 'local' ? undefined : fabric.definition.output;
}

function localName(name: string): LocalFabricName {
  const found = LOCAL_FABRICS.find((fabric) => fabric.name === name);
  if (found !== undefined) return found.name;
  const known = LOCAL_FABRICS.map((fabric) => LOCAL + fabric.name);
  const meant = didYouMean(LOCAL + name, known);
  throw new SetUpError(
    `there is no on-device fabric "${LOCAL}${name}"${meant}; there are ${known.join(', ')}, and ${LOCAL}<path>.gguf`,
  );
}

function checkBaseUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // A password may be in it.
    const got = text.includes('@') ? 'something else' : `"${text}"`;
    throw new SetUpError(`--base-url: wanted a URL such as ${PROMPTHA_BASE_URL}, got ${got}`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SetUpError(`--base-url: wanted an http or https URL, got ${url.protocol}//`);
  }
  // An @ in the path is a password with a / in it.
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.pathname.includes('@')) {
    throw new SetUpError('--base-url must hold no user, password or query: they would be written to logs');
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}
