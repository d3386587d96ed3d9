const END_OF_HEAD = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const NOTHING = Buffer.alloc(0);

/** How many requests a connection has sent to their last byte, however the bytes are cut into chunks. */
export class RequestCounter {
  /** The beginning of a head whose end has not come yet. */
  #head = NOTHING;
  #bodyBytesToCome = 0;

  /**
   * @param {Buffer} chunk
   * @returns {number} the requests whose last byte is in this chunk
   */
  completedBy(chunk) {
    if (chunk.length < this.#bodyBytesToCome) {
      this.#bodyBytesToCome -= chunk.length;
      return 0;
    }
    let completed = this.#bodyBytesToCome > 0 ? 1 : 0;
    let offset = this.#bodyBytesToCome;
    this.#bodyBytesToCome = 0;

    const bytes = this.#head.length > 0 ? Buffer.concat([this.#head, chunk]) : chunk;
    this.#head = NOTHING;
    while (offset < bytes.length) {
      const endOfHead = bytes.indexOf(END_OF_HEAD, offset, 'latin1');
      if (endOfHead === -1) {
        this.#head = Buffer.from(bytes.subarray(offset));
        break;
      }
      const contentLength = CONTENT_LENGTH.exec(bytes.latin1Slice(offset, endOfHead));
      offset = endOfHead + END_OF_HEAD.length + Number(contentLength?.[1] ?? 0);
      if (offset > bytes.length) this.#bodyBytesToCome = offset - bytes.length;
      else completed++;
    }
    return completed;
  }
}
