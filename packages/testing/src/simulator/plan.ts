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
  /** Share of keyed placements that are sent twice at once. */
  readonly twinRate: number;
  /** How likely a decision takes back what no majority has yet, in either database. */
  readonly failOverRate: number;
  /** Share of writes that a majority gets late. */
  readonly lagRate: number;
  /** Most open units per user and product. */
  readonly pendingLimitUnits: number;
}

const SHARES: Readonly<Record<Action, number>> = {
  place: 24,
  relay: 10,
  reap: 8,
  cancel: 6,
  process: 5,
  complete: 4,
  adjustStock: 2,
  deleteUser: 1,
  deleteProduct: 1,
  killOrder: 3,
  killProduct: 3,
  jump: 6,
};
const ALWAYS: ReadonlySet<Action> = new Set(["place", "relay", "reap", "jump"]);
// A world without users or products has little to show.
const RARE: ReadonlySet<Action> = new Set(["deleteUser", "deleteProduct"]);

/**
 * Draws the shape of a schedule. Each kind of fault is left out of some schedules, because two faults at once hide what
 * one of them alone would show.
 */
export function drawPlan(random: Random): Plan {
  const plan = drawMixed(random);
  return random.chance(DUEL_RATE) ? { ...plan, ...drawDuel(random) } : plan;
}

const DUEL_RATE = 0.35;
const DUEL_ACTIONS: readonly Action[] = ["place", "place", "reap", "relay", "jump", "cancel"];

/** Many requests with one key against reapers and failovers, and little else: what needs four things to go wrong. */
function drawDuel(random: Random): Partial<Plan> {
  return {
    placements: 1 + random.int(2),
    keyedRate: 1,
    twinRate: 0.9,
    stockUnits: 100,
    actions: random.chance(0.5) ? DUEL_ACTIONS : DUEL_ACTIONS.filter((action) => action !== "cancel"),
    actionRate: random.pick([0.15, 0.3, 0.5]),
    failOverRate: random.pick([0.02, 0.05, 0.15]),
    lagRate: random.pick([0.5, 0.9]),
  };
}

function drawMixed(random: Random): Plan {
  const kept = actions.filter((action) => ALWAYS.has(action) || random.chance(RARE.has(action) ? 0.3 : 0.6));
  const rate = () => (random.chance(0.5) ? 0 : random.pick([0.02, 0.1, 0.2]));
  return {
    orderReplicas: 1 + random.int(3),
    productReplicas: 1 + random.int(2),
    users: 1 + random.int(2),
    products: 1 + random.int(2),
    stockUnits: random.pick([2, 5, 20, 100]),
    placements: random.pick([1, 2, 4, 10]),
    decisions: 150 + random.int(250),
    actionRate: random.pick([0.1, 0.2, 0.4]),
    actions: kept.flatMap((action) => Array.from({ length: SHARES[action] }, () => action)),
    faults: { lostRequest: rate(), lostAnswer: rate(), late: rate(), duplicate: rate() },
    keyedRate: random.pick([0.2, 0.8, 1]),
    twinRate: random.pick([0, 0.3, 0.9]),
    failOverRate: random.pick([0, 0.02, 0.1, 0.3]),
    lagRate: random.pick([0, 0.3, 0.8]),
    pendingLimitUnits: random.chance(0.2) ? 3 : 1_000_000,
  };
}
