import { batchServiceContract } from '../contracts/batch-service-contract.js';
import { driver, OPENAI_SUBJECT } from './some-drivers.js';

batchServiceContract('OpenAI', { ...OPENAI_SUBJECT, fake: { variant: 'openai' }, open: driver('openai') });
batchServiceContract('Azure', { ...OPENAI_SUBJECT, fake: { variant: 'azure' }, open: driver('azure') });
batchServiceContract('Together', {
  ...OPENAI_SUBJECT,
  fake: { variant: 'together' },
  open: driver('together'),
});
