import { type CallPlan, fabricsOf } from '../../run/plan/call-plan.js';
import type { FabricPlan } from '../../run/plan/fabric.js';
import type { LabelledValue } from './labelled-lines.js';

/** The proxies on the way to the services of a run, each with the hosts that are behind it. */
export function proxyFacts(calls: CallPlan): LabelledValue[] {
  const hosts = new Map<string, Set<string>>();
  for (const { fabric } of fabricsOf(calls)) {
    const way = wayOf(fabric);
    if (way !== undefined) hosts.set(way.proxy, (hosts.get(way.proxy) ?? new Set()).add(way.host));
  }
  return [...hosts].map(([proxy, behind]) => ['proxy', `${proxy}, for ${[...behind].join(', ')}`]);
}

function wayOf(fabric: FabricPlan): { readonly proxy: string; readonly host: string } | undefined {
  if ((fabric.kind !== 'promptha' && fabric.kind !== 'model') || fabric.proxy === undefined) return undefined;
  const { shown, variable } = fabric.proxy;
  return { proxy: `${shown} (${variable})`, host: new URL(fabric.definition.baseUrl).host };
}
