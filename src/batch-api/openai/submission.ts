import {
  BatchApiError,
  type RemoteBatch,
  type ShardToSubmit,
  type SubmissionRecord,
} from '../batch-service.js';
import type { ServiceHttp } from '../http/service-http.js';
import { fileName, IS_MISSING, type RemoteFiles } from './openai-files.js';

export interface Submission {
  readonly shard: ShardToSubmit;
  readonly record: SubmissionRecord;
  readonly files: RemoteFiles;
  readonly http: ServiceHttp;
}

/** A file that was uploaded may not be found yet when its batch is created. In ms. */
const VISIBILITY_WAITS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Uploads a shard where that is still to be done, and has `create` make its batch of the file. */
export async function submitFile(
  submission: Submission,
  create: (file: string) => Promise<RemoteBatch>,
): Promise<RemoteBatch> {
  const { record, files, http } = submission;
  const file = await uploaded(submission);
  await record.creating();
  for (const waitMs of VISIBILITY_WAITS) {
    try {
      return await create(file);
    } catch (error) {
      // A definite no: nothing was created, and the file is there soon.
      if (!isFileMissing(error)) throw error;
    }
    await http.pause(waitMs);
    await files.isVisible(file);
  }
  return create(file);
}

async function uploaded({ shard, record, files }: Submission): Promise<string> {
  const { tag, path, bytes, upload } = shard;
  if (upload.state === 'done') return upload.file;
  const [there] = upload.state === 'begun' ? await files.named(fileName(tag), bytes) : [];
  if (there === undefined) await record.uploading();
  const file = there ?? (await files.upload(fileName(tag), path, bytes));
  await record.uploaded(file);
  return file;
}

function isFileMissing(error: unknown): boolean {
  return error instanceof BatchApiError && error.kind === 'refused' && IS_MISSING.test(error.message);
}
