import { ProxyError } from '../../proxy/proxy-error.js';
import { CallError } from '../call-error.js';

/** Errors before anything was sent: such a call costs neither money nor an attempt. */
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

/** The error of a call whose connection to `service` failed before or during the response. */
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

/** Without a status: neither the service nor a row is at fault. */
export function callErrorOfProxy({ kind, message, variable }: ProxyError): CallError {
  return new CallError(kind === 'refused' ? 'misconfigured' : 'unreachable', message, {
    proxyVariable: variable,
  });
}

/** Node reports failures of all addresses of a host as one AggregateError. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return '';
}
