import { stringifyJson } from '../../json/stringify-json.js';
import { parseCount } from '../../run/settings/option-parsers.js';
import { settingsOfInput } from '../../run/settings/settings-of-options.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import { type ShownRequest, type ShownStep, showRequests } from '../../run/trial/show-request.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import type { ShowFlags } from '../options/fabrics.js';
import { print } from '../print.js';

/** `batchai fabrics show`: what a row would send, on standard output; of a fabric with steps in each of them. */
export async function showFabricCommand(
  fabric: string,
  flags: ShowFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const settings = {
    fabric,
    input: flags.input,
    row: parseCount('--row', flags.row ?? 1),
    environment: io.env,
    ...settingsOfInput(flags),
    ...withoutUndefined({ baseUrl: flags.baseUrl }),
  };
  const shown = await showRequests(settings, io.stdin);
  print(io, 'kind' in shown ? requestText(shown) : shown.map(stepText).join('\n'));
  return 0;
}

/** A step's request below a line that says when it is made. */
function stepText({ step, when, isAsked, request }: ShownStep): string {
  const asked = { yes: '', unknown: `, where ${when}`, no: `, not asked about this row: ${when}` }[isAsked];
  return `── step ${step}${asked}\n${requestText(request)}`;
}

/** As HTTP has it: a request line, headers, an empty line, and the body, here over several lines. */
function requestText(request: ShownRequest): string {
  if (request.kind === 'prompt') {
    const system = request.system === undefined ? '' : `system:\n${request.system}\n\n`;
    return `${system}prompt:\n${request.prompt}\n`;
  }
  if (request.kind === 'inputs') return `on this machine, with\n${stringifyJson(request.inputs, 2)}\n`;
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\n`);
  return `${request.method} ${request.url}\n${headers.join('')}\n${stringifyJson(request.body, 2)}\n`;
}
