/** A date or a version behind a model's name: `-2026-04-14`, `-20260414`, `@20260414`, `-0613`, `-001`, `-latest`, `-v1:0`, `:free`. */
const VERSION =
  /(?:[-@:](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{3,4}|\d{2}-\d{2}|latest|preview|v\d+(?::\d+)?|free))+$/;

/**
 * Whether a service that was asked for one model and says another answered with the same one: a path or a region
 * before the name (`models/`, `openai/`, `us.anthropic.`), and a date or a version behind it, make no other model.
 */
export function isSameModel(asked: string, answered: string): boolean {
  if (asked === answered) return true;
  const [a, b] = [bareName(asked), bareName(answered)];
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);
}

function bareName(model: string): string {
  return model.toLowerCase().replace(/^.*\//, '').replace(VERSION, '');
}
