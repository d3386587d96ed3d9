import { maskedUrl } from '../../monitor/alerts/masked-url.js';

/**
 * The words of a command as they may be printed, in a log that cron mails say: of `--alert` only the host is left, an
 * `--alert-command` may hold anything, and any URL may have a user and password in front of its host.
 */
export function shownArguments(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const [, option = words[index - 1], before = '', value = word] =
      /^(--alert|--alert-command)(=)(.*)$/s.exec(word) ?? [];
    const start = before === '' ? '' : `${option}=`;
    if (option === '--alert') return `${start}${maskedUrl(value)}`;
    if (option === '--alert-command') return `${start}…`;
    // A password may hold anything, unescaped too: up to the last @.
    return word.replace(/([a-z][a-z\d+.-]*:\/\/)\S*@/gi, '$1***@');
  });
}
