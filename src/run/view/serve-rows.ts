import { readViewAssets } from '../../monitor/view/view-assets.js';
import { servedPage } from '../../monitor/view/view-page.js';
import { serveView, type ViewServer } from '../../monitor/view/view-server.js';
import type { ViewedOutput } from './find-output.js';
import { type LiveContext, LiveOutput } from './live-output.js';

export interface ServeContext extends LiveContext {
  /** The part of the address that nobody can guess. */
  readonly token: string;
}

/**
 * Serves the rows of an output to a browser on this machine, until it is closed.
 *
 * @param viewed `port`: 0 for any free one.
 * @throws SetUpError, CheckpointError, InputError; ViewServerError where the port is taken.
 */
export async function serveRows(
  viewed: ViewedOutput & { readonly port: number },
  context: ServeContext,
): Promise<ViewServer> {
  const source = new LiveOutput(viewed, context);
  await source.open();
  try {
    const page = servedPage(readViewAssets());
    const server = await serveView({ port: viewed.port, token: context.token, page, source });
    return {
      url: server.url,
      close: () => {
        source.close();
        return server.close();
      },
    };
  } catch (error) {
    source.close();
    throw error;
  }
}
