import { readdir } from 'node:fs/promises';
import { inputKindOfName } from '../../rows/format.js';
import {
  checkFree,
  fabricFileFor,
  inputForDraft,
  likelyPoint,
  modelsOfServer,
  startingPoint,
  writeFabricFile,
} from '../../run/set-up/init.js';
import { STARTING_POINTS, type StartingPoint } from '../../run/set-up/starting-points.js';
import type { Environment } from '../../run/settings/environment.js';
import { OptionError } from '../../run/settings/option-parsers.js';
import { SetUpError } from '../../run/settings/set-up-error.js';
import { shellCommand } from '../../run/settings/shell-command.js';
import { FABRIC_SCHEMA_FILE } from '../../this-process.js';
import { canAsk, openQuestions, QuestionCancelledError, type Questions } from '../ask.js';
import type { ExitCode } from '../exit-codes.js';
import type { CliIo, CommandContext } from '../io.js';
import type { InitFlags } from '../options/init.js';
import { printAside } from '../print.js';

/** `batchai init`: writes a fabric file for a file of rows, and says what to do next. */
export async function initCommand(
  given: string | undefined,
  flags: InitFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const questions = flags.yes || !canAsk(io) ? undefined : await openQuestions(io);
  try {
    const input = await inputForDraft(given ?? (await askInput(questions)), io.stdin);
    const path = flags.output ?? fabricFileFor(input.path);
    await checkFree(path);
    const point =
      flags.provider === undefined ? await askPoint(io, questions) : startingPoint(flags.provider);
    const model = flags.model ?? (await askModel(point, questions));
    const task = point.provider === 'promptha' ? undefined : await askTask(questions);
    await writeFabricFile({ input, path, point, model, task, schema: FABRIC_SCHEMA_FILE }, () =>
      io.clock.wallNow(),
    );
    printAside(io, initText({ input: input.path, path, point, environment: io.env }));
    return 0;
  } catch (error) {
    if (!(error instanceof QuestionCancelledError)) throw error;
    printAside(io, 'batchai: cancelled; nothing was written\n');
    return 130;
  }
}

/** The file of rows: of several in this folder, the person says which. */
async function askInput(questions: Questions | undefined): Promise<string> {
  const names = await readdir('.').catch(() => []);
  const [only, ...others] = names.filter((name) => inputKindOfName(name) !== undefined).sort();
  if (only === undefined) {
    if (questions !== undefined) return questions.line('Which file has the rows?', undefined);
    throw new SetUpError('name the file of rows: batchai init rows.csv');
  }
  if (others.length === 0) return only;
  if (questions === undefined)
    throw new SetUpError(`name the file of rows: there are ${[only, ...others].slice(0, 10).join(', ')}`);
  const choices = [only, ...others].map((name) => ({ value: name, label: name }));
  return questions.choose({ question: 'Which file has the rows?', choices, usual: only });
}

async function askPoint(io: CliIo, questions: Questions | undefined): Promise<StartingPoint> {
  const likely = likelyPoint(io.env);
  if (questions === undefined) return likely;
  const choices = STARTING_POINTS.map(({ name, label, keyEnv }) => ({
    value: name,
    label,
    ...(keyEnv !== undefined && io.env[keyEnv] ? { hint: `${keyEnv} is set` } : {}),
  }));
  return startingPoint(await questions.choose({ question: 'Whose model?', choices, usual: likely.name }));
}

async function askModel(point: StartingPoint, questions: Questions | undefined): Promise<string> {
  const { modelIs, place, baseUrl } = point;
  const [usual = point.model, ...others] = await modelsOfServer(point);
  if (questions === undefined) {
    if (usual !== undefined) return usual;
    const why =
      place === 'own server' ? `: no server answers at ${baseUrl}; start it, or name its model` : '';
    throw new OptionError(`--model: wanted ${modelIs}${why}`);
  }
  const question = `What is ${modelIs}?`;
  if (usual === undefined || others.length === 0) return questions.line(question, usual);
  const choices = [usual, ...others].map((name) => ({ value: name, label: name }));
  return questions.choose({ question, choices, usual });
}

async function askTask(questions: Questions | undefined): Promise<string | undefined> {
  if (questions === undefined) return undefined;
  const usual = 'sum it up, and name its topic';
  const task = await questions.line('What is to be done with each row?', usual);
  return task === usual ? undefined : task;
}

/** What `batchai init` has written, and the commands that come next, each as it can be pasted. */
function initText(done: {
  readonly input: string;
  readonly path: string;
  readonly point: StartingPoint;
  readonly environment: Environment;
}): string {
  const { input, path, point, environment } = done;
  const hasOutput = point.provider !== 'promptha';
  const command = (name: string, ...more: string[]) =>
    `  ${shellCommand(['batchai', name, input, '-f', path, ...more])}\n`;
  const { keyEnv } = point;
  const key =
    keyEnv === undefined || environment[keyEnv]
      ? ''
      : `batchai: preview and run need a key: set ${keyEnv}, or add --env-file with a file that has it\n`;
  return `batchai: wrote ${path}: read it, change it, then
${command('preview')}${command('estimate')}${command('run', ...(hasOutput ? ['--columns'] : []))}${key}`;
}
