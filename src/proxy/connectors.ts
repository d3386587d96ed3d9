/// <reference path="../undici-parts.d.ts" />
import { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import buildUndiciConnector from 'undici/lib/core/connect.js';
import type { HttpProxy } from './http-proxy.js';
import { ProxyError, proxyErrorOfConnection, proxyErrorOfStatus } from './proxy-error.js';

/** Opens connections, plain or with TLS, as undici's clients want it. */
export type Connector = buildConnector.connector;

export interface ConnectorOptions {
  /** Limit of each step of connecting, in ms. */
  readonly timeoutMs: number;
  /** Aborts the steps in progress. */
  readonly signal: AbortSignal;
}

/**
 * Connects to the service itself, with TLS sessions that are taken up again.
 *
 * @param timeoutMs of connecting, in ms
 */
export function directConnector(timeoutMs: number): Connector {
  return buildUndiciConnector({ timeout: timeoutMs });
}

/** Connects to a proxy; fails with a ProxyError. */
export function proxyConnector(
  proxy: HttpProxy,
  { timeoutMs }: Pick<ConnectorOptions, 'timeoutMs'>,
): Connector {
  const connect = buildUndiciConnector({ timeout: timeoutMs });
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(proxyErrorOfConnection(proxy, error), null);
    });
  };
}

/**
 * Connects to a service through a tunnel (RFC 9110, 9.3.6) and speaks TLS in it; fails with a ProxyError where the
 * proxy is to blame.
 *
 * We do not use undici's ProxyAgent: it does not send a user without a password, marks a proxy's refusals only in their
 * message, and takes a pool and an agent for each call.
 *
 * @param target host and port.
 */
export function tunnelConnector(proxy: HttpProxy, target: string, options: ConnectorOptions): Connector {
  const connectSecurely = buildUndiciConnector({ timeout: options.timeoutMs });
  return (service, callback) => {
    openTunnel(proxy, target, options).then(
      (httpSocket) => connectSecurely({ ...service, httpSocket }, callback),
      (error: Error) => callback(error, null),
    );
  };
}

async function openTunnel(
  proxy: HttpProxy,
  target: string,
  { timeoutMs, signal }: ConnectorOptions,
): Promise<Socket> {
  // Most runs go through no tunnel.
  const { default: askForTunnel } = await import('undici/lib/api/api-connect.js');
  const { default: UndiciClient } = await import('undici/lib/dispatcher/client.js');
  const connect = proxyConnector(proxy, { timeoutMs });
  const client = new UndiciClient(proxy.origin, { connect, headersTimeout: timeoutMs });
  const { authorization } = proxy;
  const headers = {
    host: target,
    ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
  };
  try {
    const { statusCode, socket } = await askForTunnel.call(client, { path: target, headers, signal });
    if (statusCode >= 200 && statusCode < 300 && socket instanceof Socket) return socket;
    socket.on('error', () => {}).destroy();
    throw proxyErrorOfStatus(proxy, statusCode, target);
  } catch (error) {
    await client.destroy();
    if (error instanceof ProxyError) throw error;
    throw proxyErrorOfConnection(proxy, error instanceof Error ? error : new Error(String(error)));
  }
}
