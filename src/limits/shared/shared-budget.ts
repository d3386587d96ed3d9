import { CallError } from '../../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../../fabric/fabric.js';
import { layerOver } from '../../fabric/layer.js';
import type { BudgetEnd, BudgetLimits, Spent } from '../budget.js';
import type { BudgetLayers } from '../budget-layers.js';
import { type KindOfCall, measured } from '../budgeted.js';
import type { Clock } from '../clock.js';

/** The store of a budget that several processes share. A call has an id; to tell it the same thing twice is once. */
export interface BudgetStore {
  /**
   * Reserves the share of a call.
   *
   * @param least the least that a call of this kind is reckoned at; undefined where that is not known here.
   */
  reserve(id: string, kind: string, least: number | undefined): Promise<'go' | 'wait' | BudgetEnd>;
  /** Notes that the call goes out; false where its share was given to others, since this process seemed to be dead. */
  goesOut(id: string): Promise<boolean>;
  /**
   * Replaces the share of a call, which has come back or never went out, by what it took.
   *
   * @param tells whether its cost tells what the next one of its kind may cost.
   */
  settle(id: string, kind: string, spent: Spent, tells: boolean): Promise<void>;
}

export interface SharedBudgetOptions {
  readonly limits: BudgetLimits;
  /** Tells a call from all others of the run, for ever. */
  readonly nextId: () => string;
  readonly clock: Clock;
  /** Called once, when no further call may go out. */
  readonly onUsedUp: (end: BudgetEnd) => void;
}

/** A process that waits for room is told by nobody when another one made some: it asks again after so long, in ms. */
const ASK_AGAIN_MS = 100;

/**
 * This process's part in a budget that others share. As a `Budget` does, it lets a call out if the spending of all, all
 * calls in flight and the call itself stay within the limits. A process that dies loses the calls that it had in flight,
 * which count as made, and no other.
 */
export class SharedBudget implements BudgetLayers {
  readonly #least = new Map<string, number>();
  /** By call: the id of what is reserved for it. */
  readonly #ids = new WeakMap<FabricCall, string>();
  readonly #settling = new Set<Promise<void>>();
  /** Calls that wait until there is room: one after the other asks for it. */
  #waiting = 0;
  #lastWaiting: Promise<void> = Promise.resolve();
  #wake = () => {};
  #closed: CallError | undefined;

  constructor(
    private readonly store: BudgetStore,
    private readonly options: SharedBudgetOptions,
  ) {}

  expect(kind: string, cost: number): void {
    this.#least.set(kind, Math.max(this.#least.get(kind) ?? 0, cost));
  }

  beforeTurn(next: Fabric, kind: KindOfCall): Fabric {
    return layerOver(next, (call) => this.#run(call, next, kind));
  }

  atClient(next: Fabric): Fabric {
    return layerOver(next, async (call) => {
      const id = this.#ids.get(call);
      if (id === undefined || !(await this.store.goesOut(id))) throw usedByOthers();
      return next.run(call);
    });
  }

  close(reason: CallError): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#wake();
  }

  /** Resolves when the store knows what all calls took that have come back. */
  async settled(): Promise<void> {
    await Promise.all(this.#settling);
  }

  async #run(call: FabricCall, next: Fabric, kind: KindOfCall): Promise<Reply> {
    const id = this.options.nextId();
    await this.#reserve(id, kind.name);
    this.#ids.set(call, id);
    return measured(next, call, kind, (spent, price) => {
      this.#settle(id, kind.name, spent, price === 'known');
      if (price === 'unknown' && this.options.limits.maxCost !== undefined) this.#end({ kind: 'no-price' });
    });
  }

  async #reserve(id: string, kind: string): Promise<void> {
    if (this.#waiting === 0 && (await this.#ask(id, kind))) return;
    this.#waiting++;
    const admitted = this.#lastWaiting.then(() => this.#askUntilRoom(id, kind));
    this.#lastWaiting = admitted.catch(() => {});
    try {
      await admitted;
    } finally {
      this.#waiting--;
    }
  }

  async #askUntilRoom(id: string, kind: string): Promise<void> {
    while (!(await this.#ask(id, kind))) {
      await new Promise<void>((resolve) => {
        const cancel = this.options.clock.after(ASK_AGAIN_MS, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
  }

  /** @returns true if the call may go out, false if there is no room for it now. */
  async #ask(id: string, kind: string): Promise<boolean> {
    if (this.#closed !== undefined) throw this.#closed;
    const verdict = await this.store.reserve(id, kind, this.#least.get(kind));
    if (verdict === 'go') return true;
    if (verdict === 'wait') return false;
    throw this.#end(verdict);
  }

  #settle(id: string, kind: string, spent: Spent, tells: boolean): void {
    const settling: Promise<void> = this.store
      .settle(id, kind, spent, tells)
      .catch(() => {})
      .finally(() => {
        this.#settling.delete(settling);
        this.#wake();
      });
    this.#settling.add(settling);
  }

  #end(end: BudgetEnd): CallError {
    const reason = new CallError('aborted', 'the budget is used up');
    if (this.#closed !== undefined) return this.#closed;
    this.close(reason);
    this.options.onUsedUp(end);
    return reason;
  }
}

function usedByOthers(): CallError {
  return new CallError('aborted', 'others have the share of the budget that was reserved for this call');
}
