import { describe, expect, it, onTestFinished } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import { HttpTransport } from '../../../src/fabric/http/http-transport.js';
import { fakeFabricForTest } from '../../support/fake-fabric-for-test.js';
import { portNobodyListensOn } from '../../support/free-port.js';

describe('calls that wait for a connection', () => {
  it('all hear that nobody listens, one after another', async () => {
    const transport = open(`http://127.0.0.1:${await portNobodyListensOn()}`);

    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((row) => post(transport, row)));

    expect(outcomes.map((outcome) => kindOf(outcome))).toEqual(Array(4).fill('unreachable'));
    expect(transport.inFlight).toBe(0);
  });

  it('each get an answer or a broken connection from a server that hangs up on every second call', async () => {
    const server = await fakeFabricForTest({
      behave: ({ inputs }) => (Number(inputs.row) % 2 === 1 ? { kind: 'reset' } : undefined),
    });
    const transport = open(new URL(server.url).origin);

    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((row) => post(transport, row)));

    expect(outcomes.map((outcome) => kindOf(outcome))).toEqual(['network', 200, 'network', 200]);
  });

  it('all end when the transport is closed', async () => {
    const server = await fakeFabricForTest({ behave: () => ({ kind: 'hang' }) });
    const transport = open(new URL(server.url).origin);
    const calls = Promise.allSettled([1, 2, 3].map((row) => post(transport, row)));

    await transport.close(new CallError('aborted', 'the run stopped'));

    expect((await calls).map((outcome) => kindOf(outcome))).toEqual(Array(3).fill('aborted'));
  });
});

/** One connection for all calls. */
function open(origin: string): HttpTransport {
  const transport = new HttpTransport({
    origin,
    proxy: undefined,
    connections: 1,
    timeoutMs: 10_000,
    maxResponseBytes: 1_000,
    service: origin,
    onLateStart: () => {},
  });
  onTestFinished(() => transport.close(new CallError('aborted', 'the test is over')));
  return transport;
}

function post(transport: HttpTransport, row: number): Promise<number> {
  const call = { row, inputs: {}, calls: 0, attempts: 0 };
  const headers = ['content-type', 'application/json', 'authorization', 'Bearer test-key'];
  const body = JSON.stringify({ fabricId: 'any', inputs: { row } });
  return transport.post(call, '/v1/fabrics/run', headers, body, ({ status }) => status);
}

function kindOf(outcome: PromiseSettledResult<number>): unknown {
  if (outcome.status === 'fulfilled') return outcome.value;
  return outcome.reason instanceof CallError ? outcome.reason.kind : outcome.reason;
}
