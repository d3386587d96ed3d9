import { CallError } from '../call-error.js';
import type { FabricCall } from '../fabric.js';
import { noteGivenUp } from '../spending.js';
import { bodyText } from './body-text.js';
import type { RequestListener } from './connection.js';
import type { ResponseHeaders } from './response-head.js';
import { callErrorOfTransport } from './transport-error.js';

export interface HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: string;
  /** From the request's first byte to the response's last, in ms. */
  readonly latencyMs: number;
}

/** Decodes a whole response into an answer, or throws a CallError. */
export type ResponseDecoder<T> = (response: HttpResponse, call: FabricCall) => T;

export interface ExchangeOptions {
  /** The other side's name in messages. */
  readonly service: string;
  readonly maxResponseBytes: number;
  /** Called when a call was sent and had no whole answer in time. */
  readonly onTimeout?: () => void;
}

export interface ExchangeListeners {
  /** Counts the calls that go out. */
  readonly call: FabricCall;
  /** Called once, when the connection is free again. */
  readonly landed: () => void;
  /** Called when the request goes out, where it had to wait for its connection. */
  readonly late: (() => void) | undefined;
}

/** One request and its response. */
export class Exchange<T> implements RequestListener {
  /** In ms of `performance.now()`; undefined while the connection is being made. */
  startedAt: number | undefined;
  private status = 0;
  private headers: ResponseHeaders = {};
  private first: Buffer | undefined;
  private more: Buffer[] | undefined;
  private bytes = 0;

  constructor(
    private readonly decode: ResponseDecoder<T>,
    private readonly options: ExchangeOptions,
    private readonly listeners: ExchangeListeners,
    private readonly resolve: (value: T) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  onSent(): void {
    this.startedAt = performance.now();
    this.listeners.call.calls++;
    this.listeners.late?.();
  }

  onHead(status: number, headers: ResponseHeaders): void {
    this.status = status;
    this.headers = headers;
  }

  /** @throws CallError for an answer that is too large; it ends the call. */
  onBody(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.options.maxResponseBytes)
      throw new CallError('bad-answer', `the answer is larger than ${this.options.maxResponseBytes} bytes`);
    if (this.first === undefined) {
      this.first = chunk;
    } else {
      this.more ??= [this.first];
      this.more.push(chunk);
    }
  }

  onEnd(): void {
    const latencyMs = performance.now() - (this.startedAt ?? 0);
    const bytes = this.more === undefined ? this.first : Buffer.concat(this.more);
    const { call } = this.listeners;
    this.listeners.landed();
    try {
      const body = this.#bodyText(bytes, this.headers['content-encoding']);
      const response = { status: this.status, headers: this.headers, body, latencyMs };
      this.resolve(this.decode(response, call));
    } catch (error) {
      call.refusals = (call.refusals ?? 0) + 1;
      this.reject(error);
    }
  }

  #bodyText(bytes: Buffer | undefined, encodings: ResponseHeaders[string]): string {
    try {
      return bodyText(bytes, encodings, this.options.maxResponseBytes);
    } catch (error) {
      // A refusal's status is enough where its body cannot be read.
      if (this.status >= 400) return '';
      throw error;
    }
  }

  onError(error: Error): void {
    this.listeners.landed();
    const reason = error instanceof CallError ? error : callErrorOfTransport(error, this.options.service);
    if (this.startedAt !== undefined) {
      // A refusal costs nothing, even one that broke off.
      if (this.status < 400) noteGivenUp(this.listeners.call);
      if (reason.kind === 'timeout') this.options.onTimeout?.();
    }
    this.reject(reason);
  }
}
