import { LOCAL_FABRICS } from '../../fabric/local/catalogue.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import { print } from '../print.js';

/** `batchai fabrics`: the fabrics that need no key and no network. */
export function fabricsCommand({ io }: CommandContext): ExitCode {
  const lines = LOCAL_FABRICS.map(
    ({ name, description, takes, gives }) =>
      `local:${name}\n  ${description}\n  takes: ${takes}\n  gives: ${gives}\n`,
  );
  print(
    io,
    `${lines.join('\n')}\nlocal:<path>.gguf\n  A language model in a file, through the optional package node-llama-cpp\n\nA path that ends in .yaml is a fabric file, for any model (see: batchai fabrics show, batchai fabrics check).\nAny other name is the id of a fabric at Promptha; it needs PROMPTHA_API_KEY.\n`,
  );
  return 0;
}
