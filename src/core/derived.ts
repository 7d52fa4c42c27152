/** What follows from something that may be replaced, made anew only when that is another object. */
export type Derived<T> = () => T;

export function createDerived<S extends object, T>(source: () => S, derive: (from: S) => T): Derived<T> {
  let known: { from: S; value: T } | undefined;
  return () => {
    const from = source();
    if (known?.from !== from) known = { from, value: derive(from) };
    return known.value;
  };
}
