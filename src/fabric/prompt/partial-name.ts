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
  // Some systems treat a backslash, a colon or a NUL as part of a path.
  return staysInside && !/[\\:\0\r\n]/.test(file) ? file : undefined;
}
