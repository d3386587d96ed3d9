import { execFileSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** A Node that is not the one of the tests. */
export interface OtherNode {
  /** As in `v26.10.0`. */
  readonly version: string;
  readonly path: string;
}

/** The Nodes that BATCHAI_NODES names by their paths, as PATH names folders. */
export function otherNodes(): readonly OtherNode[] {
  const paths = (process.env.BATCHAI_NODES ?? '').split(delimiter).filter((path) => path !== '');
  return paths.map((path) => ({
    path,
    version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(),
  }));
}
