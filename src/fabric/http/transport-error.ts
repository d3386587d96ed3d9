import { ProxyError } from '../../proxy/proxy-error.js';
import { CallError } from '../call-error.js';

/** Nothing was sent: the call costs neither money nor an attempt. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const TIMEOUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/;

/** What a connection to `service` that failed before or under a response means. */
export function callErrorOfTransport(error: Error, service: string): CallError {
  if (error instanceof ProxyError) return callErrorOfProxy(error);
  const code = codeOf(error);
  if (UNREACHABLE.has(code)) return new CallError('unreachable', `${service}: cannot connect (${code})`);
  if (CERTIFICATE.test(code))
    return new CallError('misconfigured', `no secure connection (${code}: ${error.message})`);
  if (TIMEOUT.has(code)) return new CallError('timeout', `no answer in time (${code})`);
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED')
    return new CallError('aborted', 'the run stopped');
  return new CallError('network', `the connection broke (${code || error.message})`);
}

/** No status goes with it: it is not the service's, and no row is to blame for it. */
export function callErrorOfProxy({ kind, message, variable }: ProxyError): CallError {
  return new CallError(kind === 'refused' ? 'misconfigured' : 'unreachable', message, {
    proxyVariable: variable,
  });
}

/** Several addresses of a host, all tried in vain, come as one AggregateError. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return '';
}
