import { writeFile } from 'node:fs/promises';

/** What can be chosen about the tiny model; the rest is the same in all of them. */
export interface TinyModelOptions {
  /** Other weights, other answers. */
  readonly seed?: number;
  /** The tokens that it says it was trained on at once. */
  readonly contextTokens?: number;
  /** In Jinja, as `tokenizer.chat_template` holds it. */
  readonly chatTemplate?: string;
}

/**
 * Writes a language model of about 200 KB that is whole in every respect but sense: a vocabulary, one layer of
 * seeded random weights, a chat template. It answers any prompt with letters, always the same ones.
 */
export async function writeTinyModel(path: string, options: TinyModelOptions = {}): Promise<void> {
  await writeFile(path, tinyModel(options));
}

/**
 * The bytes of the model: GGUF version 3, architecture `llama`, in F32.
 * The format: ggml-org/ggml, docs/gguf.md; the names of keys and tensors: its section "Standardized key-value pairs".
 */
export function tinyModel({
  seed = 1,
  contextTokens = 512,
  chatTemplate = CHAT_TEMPLATE,
}: TinyModelOptions = {}): Buffer {
  const tensors = tensorsOf(seed);
  const keys: [string, Value][] = [
    ['general.architecture', text('llama')],
    ['general.name', text('tiny')],
    ['general.alignment', uint32(ALIGNMENT)],
    ['llama.context_length', uint32(contextTokens)],
    ['llama.embedding_length', uint32(WIDTH)],
    ['llama.block_count', uint32(1)],
    ['llama.feed_forward_length', uint32(FEED_FORWARD)],
    ['llama.attention.head_count', uint32(HEADS)],
    ['llama.attention.head_count_kv', uint32(HEADS)],
    ['llama.attention.layer_norm_rms_epsilon', float32(1e-5)],
    ['llama.rope.dimension_count', uint32(WIDTH / HEADS)],
    ['llama.vocab_size', uint32(VOCABULARY.length)],
    ['tokenizer.ggml.model', text('llama')],
    ['tokenizer.ggml.tokens', list(VOCABULARY.map((token) => text(token.text)))],
    ['tokenizer.ggml.scores', list(VOCABULARY.map((token) => float32(token.score)))],
    ['tokenizer.ggml.token_type', list(VOCABULARY.map((token) => int32(token.type)))],
    ['tokenizer.ggml.unknown_token_id', uint32(0)],
    ['tokenizer.ggml.bos_token_id', uint32(1)],
    ['tokenizer.ggml.eos_token_id', uint32(END)],
    ['tokenizer.chat_template', text(chatTemplate)],
  ];
  const head: Buffer[] = [
    Buffer.from('GGUF'),
    uint32(3).bytes,
    uint64(tensors.length),
    uint64(keys.length),
    ...keys.flatMap(([key, value]) => [text(key).bytes, uint32(value.type).bytes, value.bytes]),
  ];
  let offset = 0;
  for (const { name, shape, weights } of tensors) {
    head.push(text(name).bytes, uint32(shape.length).bytes, ...shape.map(uint64));
    head.push(uint32(F32).bytes, uint64(offset));
    offset += padded(weights.byteLength);
  }
  const beginning = Buffer.concat(head);
  return Buffer.concat([
    beginning,
    Buffer.alloc(padded(beginning.length) - beginning.length),
    ...tensors.map(({ weights }) => Buffer.concat([Buffer.from(weights.buffer)], padded(weights.byteLength))),
  ]);
}

const WIDTH = 64;
const HEADS = 2;
const FEED_FORWARD = 64;
const ALIGNMENT = 32;
const CHAT_TEMPLATE =
  "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}\n{% endfor %}" +
  '{% if add_generation_prompt %}<assistant>{% endif %}';

interface Token {
  readonly text: string;
  readonly score: number;
  readonly type: number;
  /** Added to what the model thinks of it, so that it answers with letters and comes to an end. */
  readonly bias: number;
}

const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const BYTE = 6;
const NEVER = -40;
const END = 2;

/** SentencePiece: three of its own, a token for every byte, and the printable characters of ASCII. */
const VOCABULARY: readonly Token[] = [
  { text: '<unk>', score: 0, type: UNKNOWN, bias: NEVER },
  { text: '<s>', score: 0, type: CONTROL, bias: NEVER },
  { text: '</s>', score: 0, type: CONTROL, bias: 0.6 },
  ...Array.from({ length: 256 }, (_, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    score: 0,
    type: BYTE,
    bias: NEVER,
  })),
  // A space is U+2581 in SentencePiece.
  { text: '\u2581', score: -1, type: NORMAL, bias: 0 },
  ...Array.from({ length: 94 }, (_, i) => {
    const character = String.fromCharCode(33 + i);
    return { text: character, score: -2 - i, type: NORMAL, bias: /[a-z]/.test(character) ? 0 : NEVER / 2 };
  }),
];

interface Tensor {
  readonly name: string;
  /** The length of a row first, as ggml counts. */
  readonly shape: readonly number[];
  readonly weights: Float32Array;
}

/**
 * The first number of every embedding is the same and no layer writes to it, so that what `output.weight` has there
 * is added to each token's likelihood, whatever came before it.
 */
function tensorsOf(seed: number): Tensor[] {
  const random = numbersFrom(seed);
  const matrix = (name: string, width: number, rows: number, scale: number): Tensor => ({
    name,
    shape: [width, rows],
    weights: Float32Array.from({ length: width * rows }, () => (random() * 2 - 1) * scale),
  });
  const ones = (name: string): Tensor => ({
    name,
    shape: [WIDTH],
    weights: new Float32Array(WIDTH).fill(1),
  });
  const embeddings = matrix('token_embd.weight', WIDTH, VOCABULARY.length, 1);
  const output = matrix('output.weight', WIDTH, VOCABULARY.length, 0.3);
  const attention = matrix('blk.0.attn_output.weight', WIDTH, WIDTH, 0.6);
  const feedForward = matrix('blk.0.ffn_down.weight', FEED_FORWARD, WIDTH, 0.6);
  for (const [token, { bias }] of VOCABULARY.entries()) {
    embeddings.weights[token * WIDTH] = 1;
    output.weights[token * WIDTH] = bias;
  }
  attention.weights.fill(0, 0, WIDTH);
  feedForward.weights.fill(0, 0, FEED_FORWARD);
  return [
    embeddings,
    ones('output_norm.weight'),
    output,
    ones('blk.0.attn_norm.weight'),
    matrix('blk.0.attn_q.weight', WIDTH, WIDTH, 0.4),
    matrix('blk.0.attn_k.weight', WIDTH, WIDTH, 0.4),
    matrix('blk.0.attn_v.weight', WIDTH, WIDTH, 0.4),
    attention,
    ones('blk.0.ffn_norm.weight'),
    matrix('blk.0.ffn_gate.weight', WIDTH, FEED_FORWARD, 0.4),
    matrix('blk.0.ffn_up.weight', WIDTH, FEED_FORWARD, 0.4),
    feedForward,
  ];
}

/** Mulberry32: the same numbers from 0 to 1 for the same seed, on every machine. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The number of a tensor's type. */
const F32 = 0;

/** A metadata value, with the number of its type. */
interface Value {
  readonly type: number;
  readonly bytes: Buffer;
}

function uint32(number: number): Value {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return { type: 4, bytes };
}

function int32(number: number): Value {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(number);
  return { type: 5, bytes };
}

function float32(number: number): Value {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(number);
  return { type: 6, bytes };
}

function text(string: string): Value {
  const characters = Buffer.from(string);
  return { type: 8, bytes: Buffer.concat([uint64(characters.length), characters]) };
}

/** Of values of one type. */
function list(values: readonly Value[]): Value {
  const type = uint32(values[0]?.type ?? 0).bytes;
  return {
    type: 9,
    bytes: Buffer.concat([type, uint64(values.length), ...values.map(({ bytes }) => bytes)]),
  };
}

function uint64(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(number));
  return bytes;
}

function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
