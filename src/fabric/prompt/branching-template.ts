import {
  CommentTag,
  type Context,
  IfTag,
  InlineCommentTag,
  isTruthy,
  Output,
  type Template,
  type Token,
  TypeGuards,
  toValue,
  toValueSync,
  UnlessTag,
  type Value,
} from 'liquidjs';
import { valueText } from './value-text.js';

/** A part of a template, rendered. */
type Part = (context: Context) => string;

/** A part of an expression, evaluated. */
type Term = (context: Context) => unknown;

/**
 * The rendering of a parsed template that holds text, outputs and conditions: a tenth of the time that LiquidJS
 * takes, which passes every value through half a dozen generators in case one is a promise. Filters and operators
 * are LiquidJS' own. Undefined where there is any other tag. Both give the same text; a property test holds them
 * to it.
 */
export function branchingTemplate(templates: readonly Template[]): Part | undefined {
  const parts = allOf(templates.map(partOf));
  if (parts === undefined) return undefined;
  return (context) => {
    let text = '';
    for (const part of parts) text += part(context);
    return text;
  };
}

function partOf(template: Template): Part | undefined {
  if (TypeGuards.isHTMLToken(template.token)) {
    const text = template.token.getContent();
    return () => text;
  }
  if (template instanceof Output) return outputOf(template);
  if (template instanceof IfTag || template instanceof UnlessTag) return choiceOf(template);
  if (template instanceof CommentTag || template instanceof InlineCommentTag) return () => '';
  return undefined;
}

function outputOf({ value }: Output): Part | undefined {
  // The last is the engine's `outputEscape`, unless a filter is the last that makes its own text.
  if (value.filters.at(-1)?.raw !== false) return undefined;
  const term = termOf(value, value.filters.slice(0, -1));
  if (term === undefined) return undefined;
  return (context) => {
    const text = valueText(term(context));
    context.memoryLimit.use(text.length);
    return text;
  };
}

function choiceOf({ branches, elseTemplates }: IfTag | UnlessTag): Part | undefined {
  const choices = allOf(
    branches.map((branch) => {
      const term = termOf(branch.value, branch.value.filters);
      const part = branchingTemplate(branch.templates);
      const test = 'test' in branch ? branch.test : isTruthy;
      return term && part && { part, isMet: (context: Context) => test(toValue(term(context)), context) };
    }),
  );
  const otherwise = branchingTemplate(elseTemplates ?? []);
  if (choices === undefined || otherwise === undefined) return undefined;
  return (context) => {
    for (const { isMet, part } of choices) if (isMet(context)) return part(context);
    return otherwise(context);
  };
}

function termOf({ initial }: Value, filters: Value['filters']): Term | undefined {
  const first = expressionOf(initial.postfix);
  if (first === undefined || filters.length === 0) return first;
  return (context) => {
    let value = first(context);
    for (const filter of filters) value = toValueSync(filter.render(value, context));
    return value;
  };
}

/** LiquidJS keeps an expression with its operators last. */
function expressionOf(postfix: readonly Token[]): Term | undefined {
  const terms: (Term | undefined)[] = [];
  for (const token of postfix) {
    if (!TypeGuards.isOperatorToken(token)) {
      terms.push(operandOf(token));
      continue;
    }
    const { operator } = token;
    const right = terms.pop();
    const left = operator === 'not' ? right : terms.pop();
    if (left === undefined || right === undefined) return undefined;
    terms.push((context) => {
      const operation = context.opts.operators[operator];
      const result =
        operator === 'not'
          ? operation?.(right(context), context, context)
          : operation?.(left(context), right(context), context);
      return toValueSync(result);
    });
  }
  return terms.length === 1 ? terms[0] : undefined;
}

function operandOf(token: Token): Term | undefined {
  if ('content' in token) {
    const { content } = token;
    return () => content;
  }
  if (!TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined) return undefined;
  const names = allOf(token.props.map((prop) => ('content' in prop ? toValue(prop.content) : undefined)));
  if (names === undefined) return undefined;
  return (context) => {
    let value: unknown = context.globals;
    for (const name of names) value = context.readProperty(value as object, name as string | number);
    return value;
  };
}

/** All of them, where each is there. */
function allOf<T>(items: readonly (T | undefined)[]): readonly T[] | undefined {
  const found = items.filter((item) => item !== undefined);
  return found.length === items.length ? found : undefined;
}
