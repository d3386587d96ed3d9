import { batchServiceContract } from '../contracts/batch-service-contract.js';
import { mistralBatches } from '../support/batch-services/mistral-batches.js';
import { driver, OPENAI_SUBJECT } from './some-drivers.js';

batchServiceContract('OpenAI', { ...OPENAI_SUBJECT, fake: { variant: 'openai' }, open: driver('openai') });
batchServiceContract('Azure', { ...OPENAI_SUBJECT, fake: { variant: 'azure' }, open: driver('azure') });
batchServiceContract('Together', {
  ...OPENAI_SUBJECT,
  fake: { variant: 'together' },
  open: driver('together'),
});
batchServiceContract('Mistral', {
  ...OPENAI_SUBJECT,
  fake: { services: [mistralBatches] },
  open: driver('mistral'),
  routes: { ...OPENAI_SUBJECT.routes, create: 'POST /v1/batch/jobs', poll: 'GET /v1/batch/jobs/*' },
  tellsUnrunRows: { expired: false, cancelled: false },
});
