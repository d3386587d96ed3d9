import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');
/** The linter keeps functions short; a file that is longer than this has a second idea in it. */
const MAX_LINES = 300;
const MAX_FILES = 25;

/** The rooms of a run, the way its data goes: a room knows only rooms of a lower rank. */
const ROOMS: Readonly<Record<string, number>> = {
  settings: 0,
  places: 1,
  saved: 1,
  shards: 1,
  plan: 2,
  control: 2,
  calls: 3,
  reuse: 3,
  outcome: 3,
  inspect: 3,
  upkeep: 4,
  queue: 4,
  'batch-api': 4,
  pipeline: 5,
  'from-file': 6,
  'from-code': 6,
  retry: 6,
  trial: 6,
  compare: 7,
  'set-up': 6,
  view: 7,
};

/** The folders of `fabric` that are no client's. */
const SHARED_BY_CLIENTS: ReadonlySet<string> = new Set(['http', 'prompt', 'answer', 'attachments', 'price']);

interface Import {
  readonly from: string;
  /** A file of src, or a package. */
  readonly to: string;
  /** Nothing of it is left when the program runs. */
  readonly isTypeOnly: boolean;
}

/** Files by their path in src, with slashes. */
const FILES: ReadonlyMap<string, string> = new Map(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => [path, readFileSync(join(SRC, path), 'utf8')]),
);

const IMPORTS: readonly Import[] = [...FILES].flatMap(([path, text]) => importsOf(path, text));
const OWN_IMPORTS: readonly Import[] = IMPORTS.filter(({ to }) => to.endsWith('.ts'));

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const note = (specifier: string, isTypeOnly: boolean) => {
    const to = specifier.startsWith('.')
      ? posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')
      : specifier;
    found.push({ from: path, to, isTypeOnly });
  };
  for (const [, type, names = '', specifier = ''] of text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?\s*([^'";]*?)\s*from\s+'([^']+)'/gm,
  )) {
    note(specifier, type !== undefined || areAllTypes(names));
  }
  for (const [, specifier = ''] of text.matchAll(/^\s*import\s+'([^']+)'/gm)) note(specifier, false);
  for (const [, specifier = ''] of text.matchAll(/\bimport\(\s*'([^']+)'/g)) note(specifier, false);
  return found;
}

/** `{ type A, type B }` */
function areAllTypes(names: string): boolean {
  const inBraces = /^\{(.*)\}$/s.exec(names)?.[1];
  const each = inBraces?.split(',').filter((name) => name.trim() !== '') ?? [];
  return each.length > 0 && each.every((name) => /^\s*type\s/.test(name));
}

/** A program's text without its comments and the contents of its plain strings. */
function codeOf(text: string): string {
  return text.replace(
    /(`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g,
    (_match, template?: string) => template ?? "''",
  );
}

/** The first folder of a path; empty for what stands in src itself. */
function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

function listed(imports: readonly Import[]): string[] {
  return imports.map(({ from, to, isTypeOnly }) => `${from} imports ${isTypeOnly ? 'types of ' : ''}${to}`);
}

/** Each way of imports that comes back to where it began, once. */
function cyclesIn(imports: readonly Import[]): string[] {
  const next = byImporter(imports);
  const cycles = new Set<string>();
  const finished = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start !== -1) {
      const cycle = way.slice(start);
      const first = cycle.indexOf([...cycle].sort()[0] ?? '');
      cycles.add([...cycle.slice(first), ...cycle.slice(0, first)].join(' → '));
      return;
    }
    if (finished.has(path)) return;
    for (const { to } of next.get(path) ?? []) visit(to, [...way, path]);
    finished.add(path);
  };
  for (const path of FILES.keys()) visit(path, []);
  return [...cycles].sort();
}

function byImporter(imports: readonly Import[]): Map<string, Import[]> {
  const groups = new Map<string, Import[]>();
  for (const one of imports) groups.set(one.from, [...(groups.get(one.from) ?? []), one]);
  return groups;
}

/** The files whose code matches, each with what matched first. */
function filesWith(pattern: RegExp, isConcerned: (path: string) => boolean = () => true): string[] {
  return [...FILES]
    .filter(([path]) => isConcerned(path))
    .flatMap(([path, text]) => {
      const found = pattern.exec(codeOf(text));
      return found === null ? [] : [`${path}: ${found[0].trim()}`];
    });
}

describe('who may know whom', () => {
  it('nobody knows the command line but itself', () => {
    const broken = OWN_IMPORTS.filter(({ from, to }) => folderOf(to) === 'cli' && folderOf(from) !== 'cli');

    expect(listed(broken)).toEqual([]);
  });

  it('a folder below `run` knows only itself, JSON, how figures are worded, proxies, threads, what layers have in common, how calls fail and results are kept, and the types of fabrics, rows, batches and limits; batch APIs also how services are spoken to, and listeners the types of what happens on a queue', () => {
    const isFree = (folder: string) => folder === 'cli' || folder === 'run' || folder === '';
    const isShared = ({ from, to, isTypeOnly }: Import) =>
      folderOf(to) === 'json' ||
      folderOf(to) === 'wording' ||
      (folderOf(from) === 'batch-api' && /^fabric\/(http|model)\//.test(to)) ||
      folderOf(to) === 'proxy' ||
      folderOf(to) === 'threads' ||
      to === 'fabric/call-error.ts' ||
      to === 'fabric/stored-result.ts' ||
      to === 'fabric/step-outcome.ts' ||
      to === 'fabric/layer.ts' ||
      (isTypeOnly && folderOf(from) === 'monitor' && to === 'queue/protocol/queue-news.ts') ||
      (isTypeOnly && /^(?:(?:fabric|rows|batch)\/[^/]+|limits\/.+)$/.test(to));
    const broken = OWN_IMPORTS.filter(
      (one) => !isFree(folderOf(one.from)) && folderOf(one.from) !== folderOf(one.to) && !isShared(one),
    );

    expect(listed(broken)).toEqual([]);
  });

  it('a client of fabrics knows no other client; transport, prompts and checks of answers are shared', () => {
    const clientOf = (path: string) => /^fabric\/([^/]+)\//.exec(path)?.[1];
    const broken = OWN_IMPORTS.filter(({ from, to }) => {
      const own = clientOf(from);
      const other = clientOf(to);
      return own !== undefined && other !== undefined && other !== own && !SHARED_BY_CLIENTS.has(other);
    });

    expect(listed(broken)).toEqual([]);
  });

  it('every file of a run has a room, and imports only from rooms before its own', () => {
    const roomOf = (path: string) => /^run\/([^/]+)\/[^/]+$/.exec(path)?.[1];
    const rankOf = (room: string) => ROOMS[room] ?? Number.NaN;
    const homeless = [...FILES.keys()].filter(
      (path) => folderOf(path) === 'run' && !((roomOf(path) ?? '') in ROOMS),
    );
    const backwards = OWN_IMPORTS.filter(({ from, to }) => {
      const [own, other] = [roomOf(from), roomOf(to)];
      return own !== undefined && other !== undefined && own !== other && rankOf(own) <= rankOf(other);
    });

    expect(homeless).toEqual([]);
    expect(listed(backwards)).toEqual([]);
  });

  it('layers are put together in one place', () => {
    const parts = [
      'limits/retry/retrying.ts',
      'limits/limited.ts',
      'limits/shared/with-shared-limit.ts',
      'fabric/answer/validated.ts',
      'batch/local-executor.ts',
    ];
    const composers = IMPORTS.filter(({ to }) => parts.includes(to)).map(({ from }) => from);

    expect([...new Set(composers)]).toEqual(['run/calls/compose.ts']);
  });

  it('what is written for people passes the filter of what steers a terminal', () => {
    // Pages and rows are data.
    const free = ['cli/print.ts', 'cli/commands/pages/report.ts', 'cli/commands/pages/view.ts'];

    const writers = [...FILES]
      .filter(([path]) => !free.includes(path))
      .filter(([, text]) => /std(out|err)\.write\(/.test(codeOf(text)))
      .map(([path]) => path);

    // The screen of `status --watch` moves the cursor; its texts pass the filter.
    expect(writers).toEqual(['cli/commands/show-status.ts']);
  });

  it('two files touch the process and the console: that of the program, and that of the library', () => {
    // The library runs in a process too: its number and its variables have to come from somewhere.
    const isFree = (path: string) => path === 'cli/process-io.ts' || path === 'this-process.ts';
    const pattern = /\b(?:process|console)\s*(?:\.|\?\.|\[)|\{[^}]*\}\s*=\s*process\b/;

    expect(filesWith(pattern, (path) => !isFree(path))).toEqual([]);
    expect(IMPORTS.filter(({ from, to }) => /^(node:)?(process|console)$/.test(to) && !isFree(from))).toEqual(
      [],
    );
  });
});

describe('import cycles', () => {
  it('there are none when the program runs', () => {
    expect(cyclesIn(OWN_IMPORTS.filter(({ isTypeOnly }) => !isTypeOnly))).toEqual([]);
  });

  it('there are none for the reader either', () => {
    expect(cyclesIn(OWN_IMPORTS)).toEqual([]);
  });
});

describe('every folder', () => {
  it(`has at most ${MAX_FILES} files directly in it`, () => {
    const sizes = new Map<string, number>();
    for (const path of FILES.keys())
      sizes.set(posix.dirname(path), (sizes.get(posix.dirname(path)) ?? 0) + 1);

    expect([...sizes].filter(([, files]) => files > MAX_FILES)).toEqual([]);
  });

  it('below `limits`, `queue` and `run` imports none that imports it', () => {
    const ways = new Set(
      OWN_IMPORTS.map(({ from, to }) => `${posix.dirname(from)} → ${posix.dirname(to)}`).filter((way) =>
        /^(?:limits|queue|run)\/\S+ → (?:limits|queue|run)\//.test(way),
      ),
    );
    const mutual = [...ways].filter((way) => {
      const [from, to] = way.split(' → ');
      return from !== to && ways.has(`${to} → ${from}`);
    });

    expect(mutual).toEqual([]);
  });
});

describe('every file', () => {
  it(`has at most ${MAX_LINES} lines`, () => {
    const long = [...FILES]
      .filter(([, text]) => text.split('\n').length - 1 > MAX_LINES)
      .map(([path]) => path);

    expect(long).toEqual([]);
  });

  it('is without `any`', () => {
    expect(filesWith(/(?:[:<|&,(=]|=>|\bas|\bextends)\s*any\b(?!\s*:)/)).toEqual([]);
  });

  it('is without claims that something is not null', () => {
    expect(filesWith(/[\w)\]]!(?=[.,;)\]}[]|\s*$)/m)).toEqual([]);
  });

  it('silences neither the compiler nor the linter', () => {
    const silencing = [...FILES].filter(([, text]) =>
      /@ts-(?:ignore|expect-error|nocheck)|biome-ignore/.test(text),
    );

    expect(silencing.map(([path]) => path)).toEqual([]);
  });

  it('imports its neighbours by the name of a file that is there', () => {
    const missing = IMPORTS.filter(
      ({ to }) => to.includes('/') && folderOf(to) in FOLDERS && !FILES.has(to) && !existsSync(join(SRC, to)),
    );

    expect(listed(missing)).toEqual([]);
    expect(IMPORTS.filter(({ to }) => to.startsWith('../'))).toEqual([]);
  });
});

const FOLDERS: Readonly<Record<string, true>> = Object.fromEntries(
  [...FILES.keys()].map((path) => [folderOf(path), true]),
);

describe('what the library exports', () => {
  const exported = [
    ...(FILES.get('index.ts') ?? '').matchAll(/export (?:type )?\{([^}]*)\} from '\.\/([^']+)\.js'/g),
  ].flatMap(([, names = '', file = '']) =>
    names.split(',').map((name) => [name.replace(/\btype\b/, '').trim(), `${file}.ts`] as const),
  );

  it.each(exported)('%s has a description with an example', (name, file) => {
    // A type that is passed on has its description where it is declared.
    const declared = new RegExp(
      String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\s*export (?:abstract )?(?:class|interface|type|function) ${name}\b`,
    );
    const found = [FILES.get(file), FILES.get('json/json-value.ts')].map(
      (text) => declared.exec(text ?? '')?.[1],
    );

    expect(found.find((text) => text !== undefined)).toMatch(/@example\n/);
  });
});

describe('these rules see', () => {
  it('every import, and whether only types are taken', () => {
    const text = [
      "import { once } from 'node:events';",
      "import type { Row } from './row.js';",
      "import { type A, type B } from '../fabric/fabric.js';",
      "import {\n  type A,\n  value,\n} from './mixed.js';",
      "import one, { type A } from './one.js';",
      "import './effect.js';",
      "export { again } from './again.js';",
      "export type { Again } from './again-types.js';",
      "const late = await import('./late.js');",
    ].join('\n');

    expect(importsOf('rows/x.ts', text)).toEqual(
      [
        ['node:events', false],
        ['rows/row.ts', true],
        ['fabric/fabric.ts', true],
        ['rows/mixed.ts', false],
        ['rows/one.ts', false],
        ['rows/again.ts', false],
        ['rows/again-types.ts', true],
        ['rows/effect.ts', false],
        ['rows/late.ts', false],
      ].map(([to, isTypeOnly]) => ({ from: 'rows/x.ts', to, isTypeOnly })),
    );
  });

  it('as many imports as there are lines that import', () => {
    const lines = [...FILES.values()].join('\n').match(/\bfrom '|^import '|\bimport\('/gm);

    expect(IMPORTS).toHaveLength(lines?.length ?? 0);
  });

  it('code, not what is said about it', () => {
    expect(codeOf("a // any\n/* process.exit */ b 'console.log' `c`")).toBe("a ''\n'' b '' `c`");
  });
});
