import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Attachment } from '../../../src/fabric/attachments/attachment.js';
import { promptWithFiles, textWithFiles } from '../../../src/fabric/attachments/body-with-files.js';
import { mediaTypeOf } from '../../../src/fabric/attachments/media-type.js';
import { geminiContent } from '../../../src/fabric/model/gemini-content.js';
import { connected, definitionOf } from '../model/connected.js';

const LAMP = readFileSync('fixtures/pictures/red-lamp.png');
const CARE = readFileSync('fixtures/pictures/care.pdf');
const SOUND = Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1');
const LINK = 'https://pictures.example/bowl.png';

const FILES: readonly Attachment[] = [fileOf('red-lamp.png', LAMP), fileOf('care.pdf', CARE)];
const FILES_AND_LINK: readonly Attachment[] = [...FILES, { kind: 'link', url: LINK, type: 'image/png' }];

function fileOf(name: string, content: Buffer): Attachment {
  const type = mediaTypeOf(content);
  if (type === undefined) throw new Error(`${name} has no type`);
  const base64 = Buffer.from(content.toString('base64'));
  return { kind: 'file', name, type, base64, sha256: '', size: undefined };
}

describe('the files of a request are what the official client sends', () => {
  it('of OpenAI', async () => {
    const files = [...FILES_AND_LINK, fileOf('hum.wav', SOUND)];
    const { url, bodies } = await echoServer({ choices: [{ message: { content: 'a lamp' } }] });
    const client = new OpenAI({ baseURL: url, apiKey: 'test-key', maxRetries: 0 });
    await client.chat.completions.create({
      model: 'small-1',
      messages: [
        { role: 'system', content: 'You describe products.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Describe mug.' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${LAMP.toString('base64')}` } },
            {
              type: 'file',
              file: {
                filename: 'care.pdf',
                file_data: `data:application/pdf;base64,${CARE.toString('base64')}`,
              },
            },
            { type: 'image_url', image_url: { url: LINK } },
            { type: 'input_audio', input_audio: { data: SOUND.toString('base64'), format: 'wav' } },
          ],
        },
      ],
    });

    const { fabric, server } = await connected({ provider: 'openai' });
    await fabric.run({ row: 1, inputs: { name: 'mug' }, calls: 0, attempts: 0, files });

    expect(server.requests[0]?.body.messages).toEqual(bodies[0]?.messages);
    expect(server.requests[0]?.bodyText).toContain(JSON.stringify(bodies[0]?.messages));
  });

  it('of Anthropic', async () => {
    const { url, bodies } = await echoServer({ content: [], role: 'assistant', type: 'message' });
    const client = new Anthropic({ baseURL: url, apiKey: 'test-key', maxRetries: 0 });
    await client.messages.create({
      model: 'small-1',
      max_tokens: 100,
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: LAMP.toString('base64') },
            },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: CARE.toString('base64') },
            },
            { type: 'image', source: { type: 'url', url: LINK } },
            { type: 'text', text: 'Describe mug.' },
          ],
        },
      ],
    });

    const { fabric, server } = await connected({ provider: 'anthropic' });
    await fabric.run({ row: 1, inputs: { name: 'mug' }, calls: 0, attempts: 0, files: FILES_AND_LINK });

    expect(server.requests[0]?.body.messages).toEqual(bodies[0]?.messages);
    expect(server.requests[0]?.bodyText).toContain(JSON.stringify(bodies[0]?.messages));
  });

  it('of Gemini', async () => {
    const { url, bodies } = await echoServer({ candidates: [] });
    const client = new GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl: url } });
    await client.models.generateContent({
      model: 'small-1',
      contents: [
        {
          role: 'user',
          parts: [
            { inlineData: { mimeType: 'image/png', data: LAMP.toString('base64') } },
            { inlineData: { mimeType: 'application/pdf', data: CARE.toString('base64') } },
            { fileData: { fileUri: LINK, mimeType: 'image/png' } },
            { text: 'Describe mug.' },
          ],
        },
      ],
    });

    const [form] = geminiContent.forms(definitionOf());
    const prompt = promptWithFiles({ prompt: 'Describe mug.' }, FILES_AND_LINK, geminiContent.filePart);
    const body = JSON.parse(textWithFiles(form.body(prompt), FILES_AND_LINK));

    expect(body.contents).toEqual(bodies[0]?.contents);
  });
});

/** Answers every request alike, and keeps their bodies. */
async function echoServer(answer: object): Promise<{ url: string; bodies: Record<string, unknown>[] }> {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    bodies.push((await json(request)) as Record<string, unknown>);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    bodies,
  };
}
