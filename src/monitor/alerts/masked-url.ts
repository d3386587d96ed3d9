/**
 * A webhook's address as it may be shown. Its path is its password (Slack's is), and so may its query be, or a user
 * in front of the host: only scheme, host and port are left.
 */
export function maskedUrl(url: string): string {
  if (!URL.canParse(url)) return 'a webhook';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}/…`;
}
