import { fileBytes } from '../http/multipart.js';
import type { StreamedBody } from '../http/service-connection.js';

const HEAD = Buffer.from('{"requests":[');
const TAIL = Buffer.from(']}');

const LF = 0x0a;
const COMMA = 0x2c;

/**
 * The body that creates a batch, made of a shard's file as it is read: each line is a request. JSON has no line end
 * within it, so those of the file become the commas between the requests.
 *
 * @param bytes of the file, the end of its last line included.
 */
export function creationBody(path: string, bytes: number): StreamedBody {
  return {
    contentType: 'application/json',
    bytes: HEAD.length + bytes - 1 + TAIL.length,
    async *open() {
      yield HEAD;
      let read = 0;
      for await (const piece of fileBytes(path)) {
        read += piece.length;
        const requests = read < bytes ? piece : piece.subarray(0, -1);
        for (let at = requests.indexOf(LF); at !== -1; at = requests.indexOf(LF, at + 1))
          requests[at] = COMMA;
        yield requests;
      }
      yield TAIL;
    },
  };
}
