import { LOCAL_FABRICS } from '../../fabric/local/catalogue.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import { print } from '../print.js';

/** How to get a model file: https://node-llama-cpp.withcat.ai/cli/pull */
const OTHERS = `local:<path>.gguf
  A language model in a file, through the optional package node-llama-cpp 3
  to get it: npm install node-llama-cpp (with -g where batchai was installed with -g)
  to get a model: npx node-llama-cpp pull --dir models hf:<user>/<model>:<quant>

A path that ends in .yaml is a fabric file, for any model (see: batchai fabrics show, batchai fabrics check).
Any other name is the id of a fabric at Promptha; it needs PROMPTHA_API_KEY.
`;

/** `batchai fabrics`: the fabrics that need no key and no network. */
export function fabricsCommand({ io }: CommandContext): ExitCode {
  const lines = LOCAL_FABRICS.map(
    ({ name, description, takes, gives }) =>
      `local:${name}\n  ${description}\n  takes: ${takes}\n  gives: ${gives}\n`,
  );
  print(io, `${lines.join('\n')}\n${OTHERS}`);
  return 0;
}
