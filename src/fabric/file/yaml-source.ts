import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { compareDecimals } from '../../json/compare-decimals.js';
import { ExactNumber } from '../../json/exact-number.js';

function isJsonNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text);
}

function isEqual(digits: string, number: number): boolean {
  return compareDecimals(digits, String(number)) === 0;
}

/** A place in a YAML file: keys and indexes from its root. */
export type Path = readonly PropertyKey[];

/** Something wrong with the YAML itself. */
export interface YamlProblem {
  readonly line: number;
  readonly where?: string;
  readonly text: string;
  /** Nothing can be said about the rest of the file. */
  readonly isFatal: boolean;
}

/** A YAML file's one document, and where in the file its parts stand. */
export class YamlSource {
  readonly #text: string;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  constructor(text: string) {
    this.#text = text;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      logLevel: 'error',
    });
  }

  /** All that is wrong with it as YAML, and all that JSON could not hold; where there is nothing, it has a value. */
  problems(): YamlProblem[] {
    const unfit = this.#unfitNodes();
    const said = new Set(unfit.map(({ line }) => line));
    const wrong = [...this.#document.errors, ...this.#document.warnings]
      .map(({ code, message, pos }) => ({ code, message, at: pos[0], line: this.#lineAt(pos[0]) }))
      // One slip often makes several errors.
      .filter(({ line }) => !said.has(line) && said.add(line))
      .map(({ code, message, at, line }) => this.#problemOf(code, message, at, line));
    return [...unfit, ...wrong];
  }

  /**
   * Numbers among the parameters that a JavaScript number is not equal to, such as long seeds, are ExactNumbers.
   *
   * @throws Error where aliases make too much of it.
   */
  value(): unknown {
    this.#keepDigits();
    return this.#document.toJS({ maxAliasCount: 100 });
  }

  /** The line of the key or list item at a path; of the nearest that there is, where it is missing. From 1. */
  lineOf(path: Path): number {
    return this.#lineAt(this.#find(path).at);
  }

  /**
   * The line of the file in which a line of a text stands, both from 1. Exact where the text is a `|` block; else
   * where `near` is found in it.
   */
  lineInText(path: Path, line: number, near: string): number {
    const node = this.#find(path).node;
    const range = isScalar(node) ? node.range : undefined;
    if (!isScalar(node) || !range) return this.lineOf(path);
    const [start, end] = range;
    if (node.type === 'BLOCK_LITERAL') return this.#lineAt(start) + line;
    const found = near === '' ? -1 : this.#text.slice(start, end).indexOf(near);
    return this.#lineAt(found === -1 ? start : start + found);
  }

  #find(path: Path): { node: Node | null | undefined; at: number } {
    let node: Node | null | undefined = this.#document.contents;
    let at = node?.range?.[0] ?? 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
        if (pair === undefined) break;
        at = isScalar(pair.key) ? (pair.key.range?.[0] ?? at) : at;
        node = pair.value as Node | null;
      } else if (isSeq(node)) {
        node = node.items[Number(step)] as Node | undefined;
        at = node?.range?.[0] ?? at;
      } else break;
    }
    return { node, at };
  }

  #keepDigits(): void {
    const { contents } = this.#document;
    const steps = isMap(contents) ? contents.get('steps', true) : undefined;
    for (const fabric of [contents, ...(isSeq(steps) ? steps.items : [])]) {
      const parameters = isMap(fabric) ? fabric.get('parameters', true) : undefined;
      if (isCollection(parameters)) this.#keepDigitsOf(parameters);
    }
  }

  #keepDigitsOf(parameters: Node): void {
    visit(parameters, {
      Scalar: (_, node) => {
        const { value, source = '' } = node;
        const isLonger = typeof value === 'number' && isJsonNumber(source) && !isEqual(source, value);
        if (isLonger) node.value = new ExactNumber(source);
      },
    });
  }

  #lineAt(offset: number): number {
    return Math.max(1, this.#lines.linePos(offset).line);
  }

  #unfitNodes(): YamlProblem[] {
    const problems: YamlProblem[] = [];
    const note = (node: Node | null, text: string) =>
      problems.push({ line: this.#lineAt(node?.range?.[0] ?? 0), text, isFatal: true });
    visit(this.#document, {
      Pair: (_, { key }) => {
        if (isCollection(key))
          note(key, 'a text that begins with { or [ has to stand in quotes, or under a |');
      },
      Scalar: (_, node) => {
        const { value } = node;
        if (typeof value === 'number' && !Number.isFinite(value)) note(node, `wanted a number, got ${value}`);
        if (typeof value === 'object' && value !== null) note(node, 'wanted text or a number, got bytes');
      },
      Alias: (_, node) => {
        const target = node.resolve(this.#document);
        const at = node.range?.[0] ?? 0;
        if (target === undefined) note(node, `there is no &${node.source} before this *${node.source}`);
        else if (target.range && target.range[0] <= at && at < target.range[1]) note(node, 'it holds itself');
      },
    });
    return problems;
  }

  #problemOf(code: string, message: string, at: number, line: number): YamlProblem {
    if (code === 'DUPLICATE_KEY') {
      const [key = ''] = /^[^:\r\n]*/.exec(this.#text.slice(at)) ?? [];
      return { line, where: key.trim(), text: 'it is there twice', isFatal: false };
    }
    if (code === 'MULTIPLE_DOCS')
      return { line, text: 'wanted one document, got another one after ---', isFatal: true };
    return { line, text: `not YAML: ${message}`, isFatal: true };
  }
}
