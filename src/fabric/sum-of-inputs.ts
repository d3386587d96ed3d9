import { crc32 } from 'node:zlib';
import { stringifyJson } from '../json/stringify-json.js';
import type { FabricCall } from './fabric.js';

/**
 * Tells what is asked of a fabric from what else it may be asked: the CRC-32 of the inputs and of what the row's files
 * hold, in hexadecimal digits.
 */
export function sumOfInputs({ inputs, attached }: Pick<FabricCall, 'inputs' | 'attached'>): string {
  const files = attached === undefined ? '' : `\n${stringifyJson(attached)}`;
  return crc32(stringifyJson(inputs) + files).toString(16);
}
