/** How services begin their keys: in small letters, as names of variables seldom do. */
const PREFIXED = /^(?:sk|pk|rk|gsk|xai|hf|ghp|nvapi|key)[-_](?=.*\d)[\w-]{8,}$/;
/** Letters of both cases and digits without a pause; hexadecimal digits; capitals and digits as cloud services have them. */
const RANDOM = [
  /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w-]{24,}$/,
  /^(?=.*[a-z])(?=.*\d)[\w-]{32,}$/,
  /^(?=.*\d)[A-Z0-9]{20,}$/,
];

/** Whether a word could be a secret key. It is better to hide a name too many. */
export function looksLikeKey(word: string): boolean {
  return /^sk-/i.test(word) || PREFIXED.test(word) || RANDOM.some((pattern) => pattern.test(word));
}

/** A text for people, without the words in it that could be keys. */
export function withoutKeys(text: string): string {
  return text.replace(/[\w-]{6,}/g, (word) => (looksLikeKey(word) ? '(not shown)' : word));
}
