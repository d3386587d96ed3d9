import type { ModelRequest } from './fake-model-server.js';

/** A fabric file with three steps: two on one model, the second for urgent mails alone, the third on a dearer one. */
export const MAIL_STEPS = `provider: openai
model: small
price: { input: 1, output: 10 }
steps:
  - name: topic
    prompt: "{{ id }}\\ntopic of {{ name }}"
    output: { topic: [delivery, other], urgent: boolean }
  - name: reply
    when: steps.topic.urgent == true
    prompt: "{{ id }}\\nreply on {{ steps.topic.topic }}"
  - name: check
    model: large
    price: { input: 10, output: 100 }
    prompt: "{{ id }}\\ncheck of {{ steps.topic.topic }}"
`;

/** What is paid for a call of each step, where it takes 100 tokens in and out, in USD. */
export const MAIL_COSTS = { topic: 0.0011, reply: 0.0011, check: 0.011 } as const;

export type MailStep = keyof typeof MAIL_COSTS;

export function mailStepOf({ prompt }: Pick<ModelRequest, 'prompt'>): MailStep {
  const [, step] = /\n(topic|reply|check) o/.exec(prompt) ?? [];
  if (step === 'topic' || step === 'reply' || step === 'check') return step;
  throw new Error(`no step asks ${prompt}`);
}

/** Every third mail is urgent. */
export function isUrgentMail(id: string): boolean {
  return Number(id) % 3 === 0;
}

/** How a model answers the steps of a mail. */
export function answerMail(request: ModelRequest): object | string {
  const id = request.prompt.split('\n', 1)[0] ?? '';
  const step = mailStepOf(request);
  return step === 'topic' ? { topic: 'other', urgent: isUrgentMail(id) } : `${step} ${id}`;
}
