import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonValue } from '../../rows/row.js';
import type { LlamaDefinition, RenderedPrompt } from '../definition.js';
import type { Inputs } from '../fabric.js';

/** `local:<path>.gguf`: a model in a file that is given the row as it is, without a prompt around it. */
export function promptlessLlama(modelPath: string): LlamaDefinition {
  return {
    provider: 'llama',
    name: `local:${modelPath}`,
    model: modelPath,
    prompt: '',
    partials: {},
    parameters: {},
    onTruncate: 'fail',
    limits: {},
  };
}

/** Tells these definitions from those of fabric files, which always have a prompt. */
export function isPromptless(definition: LlamaDefinition): boolean {
  return definition.prompt === '' && definition.system === undefined;
}

/** All inputs as lines of `name: value`, in their order. */
export function promptOfInputs(inputs: Inputs): RenderedPrompt {
  return { prompt: inputsAsText(inputs) };
}

/** Strings as they are, everything else as JSON; what is blank or null is left out. */
export function inputsAsText(inputs: Inputs): string {
  return Object.entries(inputs)
    .filter(([, value]) => value !== null && !(typeof value === 'string' && value.trim() === ''))
    .map(([name, value]) => `${name}: ${valueText(value)}`)
    .join('\n');
}

function valueText(value: JsonValue): string {
  return typeof value === 'string' ? value : stringifyJson(value);
}
