/** A text of at most so many characters; what was cut ends in an ellipsis. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half a surrogate pair is no text.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 2)) ? most - 2 : most - 1;
  return `${text.slice(0, Math.max(0, end))}…`;
}
