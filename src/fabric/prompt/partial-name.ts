const EXTENSION = '.liquid';

/**
 * The file that a template means by `{% render 'tone' %}`, relative to the fabric file's folder: `tone.liquid`.
 * Undefined for a name that could lead anywhere else.
 */
export function partialFile(name: string): string | undefined {
  const file = name.endsWith(EXTENSION) ? name : name + EXTENSION;
  const parts = file.split('/');
  const staysInside = parts.every(
    (part) => part !== '' && part !== '.' && part !== '..' && part !== EXTENSION,
  );
  // A backslash, a colon or a NUL is a path of its own to one system or another.
  return staysInside && !/[\\:\0\r\n]/.test(file) ? file : undefined;
}
