import type { Inputs } from '../../../src/fabric/fabric.js';
import { compilePrompt } from '../../../src/fabric/prompt/compile-prompt.js';

type Partials = Readonly<Record<string, string>>;

/** A template's text for one row. */
export function rendered(template: string, inputs: Inputs = {}, partials: Partials = {}): string {
  return compilePrompt({ prompt: template, partials }).render(inputs).prompt;
}

/** The columns that a template uses; those that it uses through `row`, as `row.name`. */
export function columnsOf(template: string, partials: Partials = {}): string[] {
  return compilePrompt({ prompt: template, partials }).columns.map(({ name, throughRow }) =>
    throughRow ? `row.${name}` : name,
  );
}
