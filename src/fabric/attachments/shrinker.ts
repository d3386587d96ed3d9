import { CallError } from '../call-error.js';
import type { MediaType } from './media-type.js';
import type { Shrinker } from './read-attachment.js';

/** Of the package `sharp`, which is not part of batchai, what is used here. */
interface Sharp {
  rotate(): Sharp;
  resize(options: { width: number; height: number; fit: 'inside' }): Sharp;
  toFormat(format: string): Sharp;
  metadata(): Promise<{ width?: number; height?: number; orientation?: number }>;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Buffer;
    info: { width: number; height: number };
  }>;
}

type SharpModule = (picture: string | Buffer) => Sharp;

const PACKAGE = 'sharp';

/**
 * What makes pictures smaller, by the package `sharp`. A picture keeps its format, turned as its camera says; of a GIF
 * the first picture is sent, as a PNG.
 *
 * @param maxPixels width times height
 * @throws CallError `misconfigured` where the package is not there.
 */
export async function openShrinker(maxPixels: number): Promise<Shrinker> {
  const sharp = await loadSharp();
  return {
    maxPixels,
    async shrink(picture, type) {
      const { width = 1, height = 1, orientation = 1 } = await sharp(picture).metadata();
      const scale = Math.sqrt(maxPixels / (width * height));
      const [across, down] = orientation > 4 ? [height, width] : [width, height];
      const sent: MediaType = type === 'image/gif' ? 'image/png' : type;
      const { data, info } = await sharp(picture)
        .rotate()
        .resize({ width: side(across, scale), height: side(down, scale), fit: 'inside' })
        .toFormat(sent.replace('image/', ''))
        .toBuffer({ resolveWithObject: true });
      return { type: sent, bytes: data, size: { width: info.width, height: info.height } };
    },
  };
}

function side(pixels: number, scale: number): number {
  return Math.max(1, Math.floor(pixels * scale));
}

async function loadSharp(): Promise<SharpModule> {
  try {
    const loaded: { readonly default: SharpModule } = await import(PACKAGE);
    return loaded.default;
  } catch {
    throw new CallError(
      'misconfigured',
      'maxPixels needs the package sharp, which is not part of batchai: npm install sharp (with -g where batchai was installed so), or leave maxPixels out',
    );
  }
}
