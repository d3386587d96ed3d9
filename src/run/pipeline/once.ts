/** What a run says once, however often it happens. */
export function once<T>(say: (value: T) => void): (value: T) => void {
  let isSaid = false;
  return (value) => {
    if (isSaid) return;
    isSaid = true;
    say(value);
  };
}
