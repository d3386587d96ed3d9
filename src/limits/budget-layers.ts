import type { CallError } from '../fabric/call-error.js';
import type { Fabric } from '../fabric/fabric.js';
import type { Budget } from './budget.js';
import { budgeted, type KindOfCall } from './budgeted.js';

/** The layers that hold back calls for which a budget has no room. */
export interface BudgetLayers {
  /** Sets the least that a call of this kind is reckoned at. */
  expect(kind: string, cost: number): void;
  /** The layer outside of the limiter: it waits until there is room for a call. */
  beforeTurn(next: Fabric, kind: KindOfCall): Fabric;
  /** The layer next to the client: a call goes out. */
  atClient(next: Fabric): Fabric;
  /** Lets no further call out. */
  close(reason: CallError): void;
}

/** The layers of a budget that this process has for itself. */
export function layersOfBudget(budget: Budget): BudgetLayers {
  return {
    expect: (kind, cost) => budget.expect(kind, cost),
    beforeTurn: (next, kind) => budgeted(next, budget, kind),
    atClient: (next) => next,
    close: (reason) => budget.close(reason),
  };
}
