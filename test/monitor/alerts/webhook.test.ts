import { once } from 'node:events';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { DeliveryError, DeliveryQueue } from '../../../src/monitor/alerts/delivery-queue.js';
import { maskedUrl } from '../../../src/monitor/alerts/masked-url.js';
import { Webhook } from '../../../src/monitor/alerts/webhook.js';
import { FakeClock, settled } from '../../limits/fake-clock.js';
import { type HookServer, hookServer } from './hook-server.js';
import { anAlert } from './some-alerts.js';

const SECRET = 'T0SECRET';
const never = () => new AbortController().signal;

function aWebhook(url: string): Webhook {
  const webhook = new Webhook(url);
  onTestFinished(() => webhook.close());
  return webhook;
}

/** An queue to a webhook with a secret in its path, and what it says. */
function outboxTo(server: HookServer) {
  const clock = new AskedClock();
  const notes: string[] = [];
  const webhook = aWebhook(`${server.origin}/services/${SECRET}?token=${SECRET}`);
  return {
    notes,
    clock,
    queue: new DeliveryQueue(webhook, { clock, note: (message) => notes.push(message) }),
  };
}

/** Tells that somebody waits: what a socket does takes turns of the event loop that no clock counts. */
class AskedClock extends FakeClock {
  readonly #waits: number[] = [];

  override after(ms: number, wake: () => void): () => void {
    this.#waits.push(ms);
    return super.after(ms, wake);
  }

  /** Comes back when somebody has begun to wait for so long. */
  async asked(ms: number): Promise<void> {
    while (!this.#waits.includes(ms)) await settled();
  }
}

it('an alert is posted as JSON, with its text as Slack shows it and all its fields', async () => {
  const server = await hookServer();
  const alert = anAlert('stopped', {
    text: 'stopped: <!channel> & "more"',
    reason: { kind: 'service', message: '<!channel>' },
  });

  await aWebhook(`${server.origin}/services/${SECRET}`).deliver(alert, never());

  expect(server.requests).toEqual([
    {
      path: `/services/${SECRET}`,
      type: 'application/json',
      authorization: undefined,
      body: { ...alert, text: 'stopped: &lt;!channel&gt; &amp; "more"' },
    },
  ]);
});

it('a user and password in the URL are sent as such, and are shown nowhere', async () => {
  const server = await hookServer();
  const webhook = aWebhook(`http://me:p%40ss@${server.host}/hook`);

  await webhook.deliver(anAlert(), never());

  const expected = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  expect(server.requests).toMatchObject([{ authorization: expected, path: '/hook' }]);
  expect(webhook.shown).toBe(`http://${server.host}/…`);
});

it('a redirect is not followed', async () => {
  const other = await hookServer();
  const server = await hookServer((response) => response.writeHead(307, { location: other.origin }).end());

  await expect(aWebhook(server.origin).deliver(anAlert(), never())).rejects.toThrow(
    new DeliveryError('HTTP 307'),
  );
  expect(other.requests).toEqual([]);
});

it('a service that answers with an error is a failure', async () => {
  const server = await hookServer((response) => response.writeHead(500).end(`no ${SECRET}`));

  await expect(aWebhook(server.origin).deliver(anAlert(), never())).rejects.toThrow(
    new DeliveryError('HTTP 500'),
  );
});

it('so is one that is not there', async () => {
  const taken = createSocketServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));

  await expect(aWebhook(`http://127.0.0.1:${port}/${SECRET}`).deliver(anAlert(), never())).rejects.toThrow(
    new DeliveryError('ECONNREFUSED'),
  );
});

it('so is one that breaks off', async () => {
  const server = await hookServer((response) => response.destroy());

  await expect(aWebhook(server.origin).deliver(anAlert(), never())).rejects.toThrow(
    new DeliveryError('UND_ERR_SOCKET'),
  );
});

it('so is one that speaks something else, and what it says is not repeated', async () => {
  const server = createSocketServer((socket) => socket.end(`${SECRET}\r\n\r\n`)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const failure = await aWebhook(`http://127.0.0.1:${port}`)
    .deliver(anAlert(), never())
    .catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(DeliveryError);
  expect(String(failure)).not.toContain(SECRET);
});

it('an alert that is refused once is sent again a second later, and nothing is said', async () => {
  const server = await hookServer((response, nth) => response.writeHead(nth === 1 ? 500 : 200).end());
  const { queue, notes, clock } = outboxTo(server);

  queue.add(anAlert());
  await clock.asked(1_000);
  await clock.advance(1_000);
  await server.arrived(2);
  await queue.close();

  expect(server.requests.map(({ body }) => body.alert)).toEqual(['stall', 'stall']);
  expect(notes).toEqual([]);
});

it('a webhook that never answers is broken off after five seconds, twice, and is one note without its secret', async () => {
  const server = await hookServer(() => {});
  const { queue, notes, clock } = outboxTo(server);

  queue.add(anAlert());
  await server.arrived(1);
  await clock.advance(5_000);
  await clock.asked(1_000);
  await clock.advance(1_000);
  await server.arrived(2);
  await clock.advance(5_000);
  await queue.close();

  expect(server.requests).toHaveLength(2);
  expect(notes).toEqual([
    `an alert did not arrive at http://${server.host}/…: no answer within 5 s; the run goes on`,
  ]);
});

it('a run that is over waits for a slow webhook no longer than five seconds', async () => {
  const server = await hookServer(() => {});
  const { queue, notes, clock } = outboxTo(server);
  queue.add(anAlert('stall'));
  queue.add(anAlert('stopped'));
  await server.arrived(1);
  await clock.advance(3_000);

  const closed = queue.close();
  await clock.advance(5_000);
  await closed;

  expect(notes).toHaveLength(1);
  expect(clock.timers).toBe(0);
});

it.each([
  ['https://hooks.slack.com/services/T0/B0/x', 'https://hooks.slack.com/…'],
  ['http://me:word@chat.example:8065/hooks/x?y=z#w', 'http://chat.example:8065/…'],
  ['word', 'a webhook'],
])('%s is shown as %s', (url, shown) => {
  expect(maskedUrl(url)).toBe(shown);
});
