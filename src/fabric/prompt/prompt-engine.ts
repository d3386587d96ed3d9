import {
  type FS,
  IncludeTag,
  Liquid,
  type Parser,
  RenderTag,
  type TagToken,
  type TopLevelToken,
} from 'liquidjs';
import { registerDateFilters } from './date-filters.js';
import { mendFilterInputs } from './filter-inputs.js';
import { keepLiteralDigits } from './literal-digits.js';
import { partialFile } from './partial-name.js';
import { valueText } from './value-text.js';

/** A place where a template includes a file. */
export interface Include {
  /** Relative to the fabric file's folder. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The tag as it stands in the template. */
  readonly near: string;
}

export interface EngineOptions {
  /** The files that may be included, by name: their texts. */
  readonly partials: Readonly<Record<string, string>>;
  /** Parse on after a problem, to find them all. */
  readonly findsAll?: boolean;
  /** Told of each `render` and `include` as it is parsed. */
  readonly onInclude?: (include: Include) => void;
}

/** Stop templates that would never end, or fill the memory. */
const MAX_TEMPLATE_CHARACTERS = 1_000_000;
const MAX_RENDER_MS = 1_000;
/** Characters and list items that filters and outputs make for one row. A model takes some 5 million at most. */
const MAX_RENDER_SIZE = 20_000_000;

/**
 * Filters that run text as code (their columns can't be known beforehand), and one that gives something else each
 * time: a prompt depends on its row alone.
 */
const LEFT_OUT_FILTERS = [
  ...['where_exp', 'reject_exp', 'group_by_exp', 'has_exp', 'find_exp', 'find_index_exp'],
  'sample',
];
/** Prompts have no layouts. */
const LEFT_OUT_TAGS = ['layout', 'block'];

/**
 * Liquid as prompts need it: values come out as they are, files are only the given ones, included by a name that
 * stands in the template, and whatever is not known is an error.
 */
export function promptEngine({ partials, findsAll = false, onInclude }: EngineOptions): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    catchAllErrors: findsAll,
    relativeReference: false,
    cache: true,
    fs: filesOf(partials),
    parseLimit: MAX_TEMPLATE_CHARACTERS,
    renderLimit: MAX_RENDER_MS,
    memoryLimit: MAX_RENDER_SIZE,
    outputEscape(
      this: { context?: { memoryLimit: { use(size: number): void } } } | undefined,
      value: unknown,
    ) {
      const text = valueText(value);
      this?.context?.memoryLimit.use(text.length);
      return text;
    },
  });
  for (const name of LEFT_OUT_TAGS) delete engine.tags[name];
  for (const name of LEFT_OUT_FILTERS) engine.unregisterFilter(name);
  // LiquidJS takes it as leave to write objects its own way.
  engine.registerFilter('raw', (value: unknown) => value);
  mendFilterInputs(engine);
  keepLiteralDigits(engine);
  registerDateFilters(engine);
  registerIncludes(engine, onInclude);
  return engine;
}

/** `render` and `include` that take a literal name only. */
function registerIncludes(engine: Liquid, onInclude: EngineOptions['onInclude']): void {
  let included = 0;
  const noteInclude = (token: TagToken) => {
    const include = includeOf(token);
    onInclude?.(include);
  };
  // LiquidJS analyses a partial once, whatever it is given the second time; under another name it looks again.
  const nameAnew = <Scope extends { name: string }>(scope: Scope | undefined, id: number) =>
    scope && { ...scope, name: `${scope.name}#${id}` };

  engine.registerTag(
    'render',
    class extends RenderTag {
      readonly #id = ++included;
      constructor(token: TagToken, rest: TopLevelToken[], liquid: Liquid, parser: Parser) {
        noteInclude(token);
        super(token, rest, liquid, parser);
      }
      override partialScope() {
        return nameAnew(super.partialScope(), this.#id);
      }
    },
  );
  engine.registerTag(
    'include',
    class extends IncludeTag {
      readonly #id = ++included;
      constructor(token: TagToken, rest: TopLevelToken[], liquid: Liquid, parser: Parser) {
        noteInclude(token);
        super(token, rest, liquid, parser);
      }
      override partialScope() {
        return nameAnew(super.partialScope(), this.#id);
      }
    },
  );
}

function includeOf(token: TagToken): Include {
  const [, , name] = /^\s*(['"])([^'"\\{}]*)\1/.exec(token.args) ?? [];
  if (name === undefined) {
    throw new Error(`${token.name}: wanted a file's name in quotes, such as {% ${token.name} 'tone' %}`);
  }
  const file = partialFile(name);
  if (file === undefined) {
    throw new Error(`${token.name}: wanted a .liquid file in the fabric file's folder, got "${name}"`);
  }
  return { file, line: token.getPosition()[0] ?? 1, near: token.getText() };
}

/** LiquidJS' idea of a file system, over texts in memory. */
function filesOf(partials: Readonly<Record<string, string>>): FS {
  const existsSync = (file: string) => Object.hasOwn(partials, file);
  const readFileSync = (file: string) => partials[file] ?? '';
  return {
    resolve: (_folder, name) => partialFile(name) ?? '',
    existsSync,
    readFileSync,
    exists: async (file) => existsSync(file),
    readFile: async (file) => readFileSync(file),
  };
}
