import { type PagesAddress, type ServedPages, servePages } from '../served-pages.js';

const PATH = '/metrics';

export interface MetricsServerOptions {
  readonly address: PagesAddress;
  readonly contentType: string;
  /** Gives the present metrics. */
  readonly text: () => Promise<string>;
}

/**
 * Serves metrics to Prometheus, at `/metrics` only; `url` is the address to scrape: `http://127.0.0.1:9464/metrics`.
 *
 * @throws PagesServerError where the port is taken or not this machine's.
 */
export async function serveMetrics({
  address,
  contentType,
  text,
}: MetricsServerOptions): Promise<ServedPages> {
  const served = await servePages({
    option: '--metrics-port',
    address,
    pages: { [PATH]: async () => ({ status: 200, contentType, body: await text() }) },
  });
  return { ...served, url: `${served.url}${PATH}` };
}
