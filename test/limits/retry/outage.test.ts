import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import { Outage } from '../../../src/limits/retry/outage.js';
import { serverError, tooManyRequests, unreachable } from '../scripted-fabric.js';

const outage = () => new Outage({ attempts: 3, giveUpAfterMs: 900_000 });

describe('an outage', () => {
  it('counts the calls that were in flight together as one round', () => {
    const service = outage();

    const rounds = [0, 1, 2, 49].map((nth) => service.refused(nth, 50));

    expect(rounds).toEqual([1, undefined, undefined, undefined]);
    expect(service.refused(50, 60)).toBe(2);
    expect(service.refused(49, 60)).toBeUndefined();
  });

  it('begins with the first round again after a success', () => {
    const service = outage();
    service.refused(0, 1);
    service.refused(1, 2);

    service.succeeded();

    expect(service.refused(2, 3)).toBe(1);
  });

  it('gives up a service that was never reached after as many rounds as attempts', () => {
    const service = outage();
    const verdicts = [0, 1, 2].map((nth) => {
      service.refused(nth, nth + 1);
      service.failed(unreachable(), nth);
      return service.giveUp(unreachable(), nth)?.kind;
    });

    expect(verdicts).toEqual([undefined, undefined, 'misconfigured']);
  });

  it.each([tooManyRequests(), serverError()])('knows from any status that the address is right', (error) => {
    const service = outage();
    service.failed(error, 0);
    for (let nth = 0; nth < 5; nth++) service.refused(nth, nth + 1);

    expect(service.giveUp(unreachable(), 10)).toBeUndefined();
  });

  it('gives up when the time since the first failure is over', () => {
    const service = outage();
    const error = new CallError('network', 'the connection broke (ECONNRESET)');
    service.failed(error, 1_000);
    service.failed(error, 500_000);

    expect(service.giveUp(error, 900_999)).toBeUndefined();
    expect(service.giveUp(error, 901_000)).toMatchObject({
      kind: 'no-success',
      message: 'no call succeeded for 15 minutes, the last: the connection broke (ECONNRESET)',
    });
  });

  it('gives the time anew after a success', () => {
    const service = outage();
    service.failed(serverError(), 0);
    service.succeeded();
    service.failed(serverError(), 800_000);

    expect(service.giveUp(serverError(), 1_000_000)).toBeUndefined();
  });
});
