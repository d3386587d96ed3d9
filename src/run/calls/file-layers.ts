import { ByteRoom } from '../../fabric/attachments/byte-room.js';
import { FileBytes } from '../../fabric/attachments/file-bytes.js';
import { fileRulesOf } from '../../fabric/attachments/file-rules.js';
import { type FileSource, filesHere } from '../../fabric/attachments/file-source.js';
import { openShrinker } from '../../fabric/attachments/shrinker.js';
import { type FileOptions, withFiles } from '../../fabric/attachments/with-files.js';
import type { CallError } from '../../fabric/call-error.js';
import type { ModelDefinition } from '../../fabric/definition.js';
import type { Fabric } from '../../fabric/fabric.js';
import type { FabricPlan } from '../plan/fabric.js';

/** The most base64 of files in memory at a time. Of pictures as cameras make them, that keeps ten calls busy. */
const ROOM_BYTES = 64 * 1024 * 1024;

/** The layers that read files, one a fabric; all share the room for what they read. */
export class FileLayers {
  readonly #room = new ByteRoom(ROOM_BYTES);

  /**
   * @param folder in which paths of rows begin
   * @param source where the files are
   */
  constructor(
    private readonly folder: string,
    private readonly source: FileSource = filesHere(new FileBytes()),
  ) {}

  /**
   * Puts the layer around a fabric that is sent files; others stay as they are.
   *
   * @throws CallError `misconfigured` where pictures are to be made smaller and the package for it is not there.
   */
  async around(next: Fabric, fabric: FabricPlan): Promise<Fabric> {
    const options = fabric.kind === 'model' ? await this.optionsFor(fabric.definition) : undefined;
    return options === undefined ? next : withFiles(next, options);
  }

  /** How a fabric's files are read; undefined where it is sent none. */
  async optionsFor(definition: ModelDefinition): Promise<FileOptions | undefined> {
    const { attachments, maxPixels } = definition;
    if (attachments === undefined) return undefined;
    return {
      places: { columns: attachments, folder: this.folder },
      rules: fileRulesOf(definition),
      room: this.#room,
      source: this.source,
      shrinker: maxPixels === undefined ? undefined : await openShrinker(maxPixels),
    };
  }

  /** No call waits for room any more. */
  close(reason: CallError): void {
    this.#room.close(reason);
  }
}
