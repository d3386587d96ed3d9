import { priceProblem } from '../price/price-fields.js';
import { type FieldProblem, parameterProblems } from './check-parameters.js';

interface ProviderRules {
  readonly required: readonly string[];
  /** Fields that it has no use for, each with why. */
  readonly refused: Readonly<Record<string, string>>;
}

const NOT_PROMPTHA = { fabricId: 'only a fabric of provider promptha has one' };
const NOT_ANTHROPIC = { apiVersion: 'only provider anthropic has versions' };
const MODEL: ProviderRules = { required: ['model', 'prompt'], refused: NOT_PROMPTHA };

/** By provider. */
export const PROVIDER_RULES: Readonly<Record<string, ProviderRules>> = {
  openai: { ...MODEL, refused: { ...NOT_PROMPTHA, ...NOT_ANTHROPIC } },
  anthropic: MODEL,
  llama: {
    required: ['model', 'prompt'],
    refused: {
      ...NOT_PROMPTHA,
      ...NOT_ANTHROPIC,
      baseUrl: 'a model in a file has no address',
      keyEnv: 'a model in a file needs no key',
      attachments: 'a model in a file is sent no files',
      maxPixels: 'a model in a file is sent no files',
    },
  },
  promptha: {
    required: [],
    refused: {
      ...NOT_ANTHROPIC,
      model: 'a fabric at Promptha has its model there',
      system: 'a fabric at Promptha has its prompt there',
      prompt: 'a fabric at Promptha has its prompt there',
      parameters: 'a fabric at Promptha has its parameters there',
      attachments: 'a fabric at Promptha is sent no files',
      maxPixels: 'a fabric at Promptha is sent no files',
      onTruncate: 'Promptha does not say whether an answer was cut off',
    },
  },
};

const WANTED: Readonly<Record<string, string>> = {
  model: "wanted a model's name, got nothing",
  prompt: 'wanted the text that is sent for a row, got nothing',
};

/** What is wrong with fields because of other fields; fields of the wrong kind are passed over. */
export function brokenRules(fields: unknown): FieldProblem[] {
  if (typeof fields !== 'object' || fields === null) return [];
  const of = new Map<string, unknown>(Object.entries(fields));
  const provider = of.get('provider');
  const rules =
    typeof provider === 'string' && Object.hasOwn(PROVIDER_RULES, provider)
      ? PROVIDER_RULES[provider]
      : undefined;
  const parameters = of.get('parameters');
  return [
    ...(rules === undefined ? [] : rulesBroken(of, rules)),
    ...(provider === 'llama' ? modelFileProblems(of.get('model')) : []),
    ...(typeof parameters === 'object' && parameters !== null && provider !== 'promptha'
      ? parameterProblems(parameters, of.has('output'))
      : []),
    ...samplingProblems(of.get('apiVersion'), parameters),
    ...attachmentProblems(of),
    ...priceProblems(of.get('price')),
  ];
}

function rulesBroken(of: ReadonlyMap<string, unknown>, { required, refused }: ProviderRules): FieldProblem[] {
  const missing = required
    .filter((name) => !of.has(name))
    .map((name) => ({ path: [name], text: WANTED[name] ?? 'it is missing' }));
  const idle = Object.entries(refused)
    .filter(([name]) => of.has(name))
    .map(([name, why]) => ({ path: [name], text: `it has no place here: ${why}` }));
  return [...missing, ...idle];
}

function modelFileProblems(model: unknown): FieldProblem[] {
  if (typeof model !== 'string' || /\.gguf$/i.test(model)) return [];
  return [{ path: ['model'], text: `wanted the path of a .gguf file, got "${model}"` }];
}

/** The first version whose models refuse to be told how to sample, whatever the value. */
const WITHOUT_SAMPLING = '2026-10-21';

function samplingProblems(version: unknown, parameters: unknown): FieldProblem[] {
  if (typeof version !== 'string' || version < WITHOUT_SAMPLING) return [];
  if (typeof parameters !== 'object' || parameters === null) return [];
  return ['temperature', 'top_p', 'top_k']
    .filter((name) => name in parameters)
    .map((name) => ({
      path: ['parameters', name],
      text: `it is refused from apiVersion ${WITHOUT_SAMPLING} on: leave it out, or leave out apiVersion`,
    }));
}

function attachmentProblems(of: ReadonlyMap<string, unknown>): FieldProblem[] {
  const attachments = of.get('attachments');
  if (of.has('maxPixels') && attachments === undefined)
    return [{ path: ['maxPixels'], text: 'it has no place here: no attachments are sent' }];
  if (!Array.isArray(attachments)) return [];
  const twice = attachments.findIndex((name, index) => attachments.indexOf(name) !== index);
  if (twice === -1) return [];
  return [
    { path: ['attachments', twice], text: `the column "${String(attachments[twice])}" is there twice` },
  ];
}

function priceProblems(price: unknown): FieldProblem[] {
  if (typeof price !== 'object' || price === null || Array.isArray(price)) return [];
  const problem = priceProblem(new Set(Object.keys(price)));
  if (problem === undefined) return [];
  const { field, text } = problem;
  return [{ path: field === undefined ? ['price'] : ['price', field], text }];
}
