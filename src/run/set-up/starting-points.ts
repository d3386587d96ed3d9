import { BASE_URLS, KEY_VARIABLES } from '../../fabric/file/check-address.js';

/** Where a first fabric file may send its rows, with what the file needs to say about it. */
export interface StartingPoint {
  /** As `batchai init --provider` takes it. */
  readonly name: string;
  /** For a list to choose from. */
  readonly label: string;
  /** As the fabric file takes it. */
  readonly provider: 'openai' | 'anthropic' | 'promptha' | 'llama';
  readonly place: 'service' | 'own server' | 'this machine' | 'Promptha';
  /** A model to start with; undefined where only the user can know one. */
  readonly model?: string;
  /** What `--model` is here, in words: it is asked for where it is not given. */
  readonly modelIs: string;
  /** Of the API; undefined: the provider's own. */
  readonly baseUrl?: string;
  /** The variable of the key; undefined: it takes none. */
  readonly keyEnv?: string;
  /** Lines of YAML for any of its models. */
  readonly parameters: readonly string[];
  /** Lines of YAML that only `model` is known to take. */
  readonly modelParameters?: readonly string[];
}

const MODEL = "the model's name";
const LENGTH = 'the longest answer, in tokens: one that is cut off fails its row';

/** The first whose key is there is the one that is proposed. */
export const STARTING_POINTS: readonly StartingPoint[] = [
  {
    name: 'openai',
    label: 'OpenAI',
    provider: 'openai',
    place: 'service',
    model: 'gpt-6-luna',
    modelIs: MODEL,
    keyEnv: KEY_VARIABLES.openai,
    parameters: [`max_completion_tokens: 1000 # ${LENGTH}`],
    modelParameters: [
      'reasoning_effort: none # without it, the model thinks first, which costs time and tokens',
    ],
  },
  {
    name: 'anthropic',
    label: 'Anthropic',
    provider: 'anthropic',
    place: 'service',
    model: 'claude-sonnet-5-5',
    modelIs: MODEL,
    keyEnv: KEY_VARIABLES.anthropic,
    parameters: [`max_tokens: 4000 # ${LENGTH}; what the model thinks counts`],
    modelParameters: ['output_config: { effort: low } # how much it thinks'],
  },
  {
    name: 'gemini',
    label: 'Gemini (Google)',
    provider: 'openai',
    place: 'service',
    model: 'gemini-3.5-flash-lite',
    modelIs: MODEL,
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyEnv: 'GEMINI_API_KEY',
    parameters: [`max_tokens: 4000 # ${LENGTH}; what the model thinks counts`],
  },
  {
    name: 'mistral',
    label: 'Mistral',
    provider: 'openai',
    place: 'service',
    model: 'mistral-small-latest',
    modelIs: MODEL,
    baseUrl: 'https://api.mistral.ai/v1',
    keyEnv: 'MISTRAL_API_KEY',
    parameters: [`max_tokens: 1000 # ${LENGTH}`, 'temperature: 0 # 0: the likeliest answer'],
  },
  {
    name: 'groq',
    label: 'Groq',
    provider: 'openai',
    place: 'service',
    model: 'openai/gpt-oss-20b',
    modelIs: MODEL,
    baseUrl: 'https://api.groq.com/openai/v1',
    keyEnv: 'GROQ_API_KEY',
    parameters: [`max_completion_tokens: 2000 # ${LENGTH}; what the model thinks counts`],
    modelParameters: ['reasoning_effort: low # how much it thinks'],
  },
  {
    name: 'promptha',
    label: 'Promptha (a fabric that is hosted there)',
    provider: 'promptha',
    place: 'Promptha',
    modelIs: "the fabric's id at Promptha",
    keyEnv: KEY_VARIABLES.promptha,
    parameters: [],
  },
  ...[
    { name: 'ollama', label: 'Ollama, on a server of your own', baseUrl: 'http://localhost:11434/v1' },
    { name: 'llama.cpp', label: 'llama.cpp, on a server of your own', baseUrl: 'http://localhost:8080/v1' },
    { name: 'vllm', label: 'vLLM, on a server of your own', baseUrl: 'http://localhost:8000/v1' },
  ].map(
    (server) =>
      ({
        ...server,
        provider: 'openai',
        place: 'own server',
        modelIs: MODEL,
        parameters: [`max_tokens: 1000 # ${LENGTH}`, 'temperature: 0 # 0: the likeliest answer'],
      }) as const,
  ),
  {
    name: 'on-device',
    label: 'A model in a GGUF file, in this process (needs node-llama-cpp)',
    provider: 'llama',
    place: 'this machine',
    modelIs: 'the path of a .gguf file',
    parameters: [`max_tokens: 1000 # ${LENGTH}`, 'temperature: 0 # 0: the likeliest answer'],
  },
];

/** The API's base of a starting point; undefined where it has none that is known here. */
export function baseUrlOf({ provider, baseUrl }: StartingPoint): string | undefined {
  if (baseUrl !== undefined) return baseUrl;
  return provider === 'openai' || provider === 'anthropic' ? BASE_URLS[provider] : undefined;
}
