import type { JsonObject } from '../../json/json-value.js';
import type { Fabric } from '../fabric.js';
import { layerOver } from '../layer.js';
import { replyCheck } from './reply-check.js';

/**
 * The layer that lets through only answers that match a JSON schema, as objects: a text that holds one is read.
 * It stands inside the retries. The first answer of a row that does not match is a `bad-answer`, and `call.repair`
 * tells the next attempt what was wrong with it; the second is a `bad-answer` for good.
 *
 * @throws SchemaError for an invalid schema.
 */
export function validated(next: Fabric, schema: JsonObject): Fabric {
  const check = replyCheck(schema);
  return layerOver(next, async (call) => check(call, await next.run(call)));
}
