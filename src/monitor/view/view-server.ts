import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { admit } from './request-guard.js';
import type { ViewSource } from './view-forms.js';
import { PAGE_HEADERS, type ViewPageText } from './view-page.js';
import { queryOf } from './view-query.js';
import { ViewServerError } from './view-server-error.js';

/** Rows that a request may ask for. */
const MOST_ROWS = 200;

/** Characters of a value in a whole row, unless all are asked for. */
const USUAL_CHARACTERS = 4_000;

export interface ViewServer {
  /** `http://127.0.0.1:41234/<token>/` */
  readonly url: string;
  /** Closes at once, with all open connections. */
  close(): Promise<void>;
}

export interface ViewServerOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** The part of the address that nobody can guess. */
  readonly token: string;
  readonly page: ViewPageText;
  readonly source: ViewSource;
}

/**
 * Serves a page and its rows over HTTP to browsers of this machine.
 *
 * @throws ViewServerError where the port is taken.
 */
export async function serveView({ port, token, page, source }: ViewServerOptions): Promise<ViewServer> {
  const server = createServer((request, response) => {
    const admission = admit(request, token);
    if (admission.kind === 'refused') {
      send(response, admission.status, 'text/plain; charset=utf-8', `${admission.message}\n`);
      return;
    }
    answer(admission.path, admission.parameters, source, page).then(
      ({ status, type, body, policy }) => send(response, status, type, body, policy),
      (error: unknown) => sendJson(response, 500, { problem: messageOf(error) }),
    );
  });
  server.listen(port, '127.0.0.1');
  await listening(server, port);
  return {
    url: `http://127.0.0.1:${portOf(server)}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly policy?: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

async function answer(
  path: string,
  parameters: URLSearchParams,
  source: ViewSource,
  page: ViewPageText,
): Promise<Answer> {
  switch (path) {
    case '/':
      return { status: 200, type: 'text/html; charset=utf-8', body: page.text, policy: page.policy };
    case '/facts':
      return inJson(await source.facts());
    case '/rows': {
      const query = queryOf(parameters.get('query') ?? '{}');
      const from = wholeNumber(parameters.get('from') ?? '0');
      const count = wholeNumber(parameters.get('count') ?? '50');
      if (query === undefined || from === undefined || count === undefined)
        return { status: 400, type: JSON_TYPE, body: '{"problem":"not a query"}' };
      const reader = (parameters.get('reader') ?? '').slice(0, 40);
      return inJson(await source.page(reader, query, from, Math.min(count, MOST_ROWS)));
    }
    case '/row': {
      const at = wholeNumber(parameters.get('at') ?? '');
      const most = parameters.has('all') ? Number.POSITIVE_INFINITY : USUAL_CHARACTERS;
      const row = at === undefined ? undefined : await source.row(at, most);
      return row === undefined
        ? { status: 404, type: JSON_TYPE, body: '{"problem":"there is no such row"}' }
        : inJson(row);
    }
    default:
      return { status: 404, type: 'text/plain; charset=utf-8', body: 'nothing is here\n' };
  }
}

function inJson(value: object): Answer {
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(value) };
}

function wholeNumber(text: string): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  send(response, status, JSON_TYPE, JSON.stringify(value));
}

function send(response: ServerResponse, status: number, type: string, body: string, policy?: string): void {
  response
    .writeHead(status, {
      ...PAGE_HEADERS,
      'content-type': type,
      'content-security-policy': policy ?? "default-src 'none'; frame-ancestors 'none'",
    })
    .end(body);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function listening(server: Server, port: number): Promise<void> {
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const reason = REASONS[code] ?? code;
    throw new ViewServerError(`--port ${port}: ${reason}; leave it out for a free one`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken',
  EACCES: 'the port may not be used',
};

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
