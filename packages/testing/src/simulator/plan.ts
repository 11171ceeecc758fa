import type { FaultRates } from "./network.ts";
import type { Random } from "./random.ts";

/** What may happen beside the steps that are under way already. */
export const actions = [
  "place",
  "relay",
  "reap",
  "cancel",
  "process",
  "complete",
  "adjustStock",
  "deleteUser",
  "deleteProduct",
  "killOrder",
  "killProduct",
  "failOverOrders",
  "failOverProducts",
  "jump",
] as const;
export type Action = (typeof actions)[number];

/** The shape of one schedule. */
export interface Plan {
  readonly orderReplicas: number;
  readonly productReplicas: number;
  readonly users: number;
  readonly products: number;
  readonly stockUnits: number;
  /** Orders that clients try to place. */
  readonly placements: number;
  /** Decisions until faults stop. */
  readonly decisions: number;
  /** How likely a decision is an action rather than a step of what is under way. */
  readonly actionRate: number;
  /** One entry per share, so that a pick is weighted. */
  readonly actions: readonly Action[];
  readonly faults: FaultRates;
  /** Share of placements that carry an Idempotency-Key. */
  readonly keyedRate: number;
  /** Most open units per user and product. */
  readonly pendingLimitUnits: number;
}

const SHARES: Readonly<Record<Action, number>> = {
  place: 10,
  relay: 6,
  reap: 6,
  cancel: 4,
  process: 3,
  complete: 2,
  adjustStock: 1,
  deleteUser: 1,
  deleteProduct: 1,
  killOrder: 2,
  killProduct: 2,
  failOverOrders: 2,
  failOverProducts: 2,
  jump: 5,
};
const ALWAYS: ReadonlySet<Action> = new Set(["place", "relay", "reap", "jump"]);

/**
 * Draws the shape of a schedule. Each kind of fault is left out of some schedules, because two faults at once hide what
 * one of them alone would show.
 */
export function drawPlan(random: Random): Plan {
  const kept = actions.filter((action) => ALWAYS.has(action) || random.chance(0.6));
  const rate = () => (random.chance(0.5) ? 0 : random.pick([0.02, 0.1, 0.2]));
  return {
    orderReplicas: 1 + random.int(3),
    productReplicas: 1 + random.int(2),
    users: 1 + random.int(2),
    products: 1 + random.int(2),
    stockUnits: random.pick([1, 2, 5, 20]),
    placements: 1 + random.int(8),
    decisions: 100 + random.int(200),
    actionRate: random.pick([0.1, 0.2, 0.4]),
    actions: kept.flatMap((action) => Array.from({ length: SHARES[action] }, () => action)),
    faults: { lostRequest: rate(), lostAnswer: rate(), late: rate(), duplicate: rate() },
    keyedRate: random.pick([0, 0.5, 1]),
    pendingLimitUnits: random.chance(0.2) ? 3 : 1_000_000,
  };
}
