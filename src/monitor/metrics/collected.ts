import { type CollectFunction, Counter, Gauge, type Registry } from 'prom-client';

/** A counter with the value of now. */
export function counter(registry: Registry, name: string, help: string, value: () => number): void {
  const collect: CollectFunction<Counter> = function () {
    this.reset();
    this.inc(value());
  };
  new Counter({ name, help, registers: [registry], collect });
}

/** A counter for each value of a label. */
export function labelled(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  values: () => Iterable<readonly [string, number]>,
): void {
  const collect: CollectFunction<Counter> = function () {
    this.reset();
    for (const [key, value] of values()) this.inc({ [label]: key }, value);
  };
  new Counter({ name, help, labelNames: [label], registers: [registry], collect });
}

/** A gauge that is left out where it has no value. */
export function gauge(registry: Registry, name: string, help: string, value: () => number | undefined): void {
  const collect: CollectFunction<Gauge> = function () {
    const found = value();
    if (found === undefined) this.remove();
    else this.set(found);
  };
  new Gauge({ name, help, registers: [registry], collect });
}

type SetValue = (labels: Readonly<Record<string, string>>, value: number) => void;

/** A gauge for each set of labels. */
export function labelledGauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  each: (set: SetValue) => void,
): void {
  const collect: CollectFunction<Gauge> = function () {
    this.reset();
    each((labels, value) => this.set(labels, value));
  };
  new Gauge({ name, help, labelNames: [...labelNames], registers: [registry], collect });
}
