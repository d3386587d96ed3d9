import { type Template, TypeGuards, Value } from 'liquidjs';

/** Operators with two values; `not` has one. */
const BEFORE_ITS_VALUE = 'not';

/**
 * Templates with a value that nothing joins to the one before it, such as `{{ product name }}`: LiquidJS takes the
 * first and drops the rest without a word.
 */
export function* templatesWithStrayWords(templates: readonly Template[]): Generator<Template> {
  for (const template of templates) {
    for (const argument of template.arguments?.() ?? []) {
      if (argument instanceof Value && countResults(argument) > 1) {
        yield template;
        break;
      }
    }
    const children = template.children?.(false, true);
    if (children !== undefined) yield* templatesWithStrayWords(finished(children));
  }
}

/** How many values an expression leaves; LiquidJS keeps it with its operators last. */
function countResults({ initial }: Value): number {
  let results = 0;
  for (const token of initial.postfix) {
    if (!TypeGuards.isOperatorToken(token)) results += 1;
    else if (token.operator !== BEFORE_ITS_VALUE) results -= 1;
  }
  return results;
}

/** A generator's result, without waiting for anything: included files are not read here. */
function finished(children: Generator<unknown, Template[]>): Template[] {
  let step = children.next();
  while (step.done !== true) step = children.next();
  return step.value;
}
