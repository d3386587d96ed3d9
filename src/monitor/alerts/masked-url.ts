/**
 * A webhook's address for messages: scheme, host and port only. Its path (Slack's, for one), its query and a user before
 * the host may be secret.
 *
 * @example
 * maskedUrl('https://hooks.slack.com/services/T0/B0/x'); // 'https://hooks.slack.com/…'
 */
export function maskedUrl(url: string): string {
  if (!URL.canParse(url)) return 'a webhook';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}/…`;
}
