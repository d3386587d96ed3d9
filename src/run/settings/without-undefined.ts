type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same values without those that are undefined. */
export function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
