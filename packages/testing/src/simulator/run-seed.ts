import type { Violation } from "./evidence.ts";
import { type Action, drawPlan } from "./plan.ts";
import { productKey } from "./product-store.ts";
import { Random } from "./random.ts";
import type { Trace } from "./scheduler.ts";
import { production, type Seams } from "./seams.ts";
import { World } from "./world.ts";

/** What one schedule came to. */
export interface SeedResult {
  readonly seed: number;
  /** Broken promises; none when all is well. */
  readonly violations: readonly Violation[];
  /** Steps that the scheduler ran. */
  readonly steps: number;
}

/**
 * Runs the one schedule that a seed stands for: clients, replicas, relay, reaper and faults in an order that the seed
 * decides; then faults stop, the stack comes to rest, and the invariants are checked.
 * @param options.seams production when absent
 * @param options.trace hears each step as a line
 */
export function runSeed(seed: number, options: { seams?: Seams; trace?: Trace } = {}): SeedResult {
  const { seams = production, trace } = options;
  const random = new Random(seed);
  const plan = drawPlan(random);
  trace?.(`plan ${JSON.stringify({ ...plan, actions: [...new Set(plan.actions)] })}`);
  const world = new World({ plan, random, seams, trace });
  world.network.setRates(plan.faults);
  world.clients.place();
  try {
    for (let decision = 0; decision < plan.decisions; decision++) {
      if (random.chance(plan.actionRate) || !world.scheduler.step())
        act(random.pick(plan.actions), world, random, trace);
      for (const store of [world.orders, world.products]) {
        // A failover that takes nothing back teaches nothing.
        if (!store.hasPendingWrites || !random.chance(plan.failOverRate)) continue;
        trace?.(`* failover of ${store === world.orders ? "orderdb" : "productdb"}`);
        store.failOver();
      }
      seams.housekeep(world);
    }
    trace?.("faults stop");
    world.rest();
  } catch (error) {
    return { seed, violations: [{ invariant: "alarm", message: String(error) }], steps: world.scheduler.steps };
  }
  return { seed, violations: world.violations(), steps: world.scheduler.steps };
}

const JUMPS_MS = [10, 500, 1500, 5000, 61_000];

function act(action: Action, world: World, random: Random, trace: Trace): void {
  trace?.(`* ${action}`);
  switch (action) {
    case "place":
      return world.clients.place();
    case "relay":
      return random.pick(world.orderReplicas).relayRound();
    case "reap":
      return random.pick(world.orderReplicas).reapRound();
    case "cancel":
      return world.clients.change("cancelled");
    case "process":
      return world.clients.change("processing");
    case "complete":
      return world.clients.change("completed");
    case "adjustStock":
      return changeProduct(world, random, random.pick([-1, 1, 2]));
    case "deleteProduct":
      return changeProduct(world, random, undefined);
    case "deleteUser":
      return world.users.delete(`user-${1 + random.int(2)}`);
    case "killOrder":
      return world.kill(random.pick(world.orderReplicas));
    case "killProduct":
      return world.kill(random.pick(world.productReplicas));
    case "jump":
      return world.scheduler.jump(random.pick(JUMPS_MS));
  }
}

/** An administrator changes stock and price of a product, or deletes it; one update each, as in production. */
function changeProduct(world: World, random: Random, deltaUnits: number | undefined): void {
  const id = `product-${1 + random.int(2)}`;
  const found = world.products.product(id);
  if (found === undefined) return;
  const { product, receivedUnits } = found;
  if (deltaUnits !== undefined && product.stockUnits + deltaUnits < 0) return;
  const delta = deltaUnits ?? 0;
  const changed = {
    ...product,
    stockUnits: product.stockUnits + delta,
    price: product.price + 1,
    isDeleted: product.isDeleted || deltaUnits === undefined,
  };
  const document = { id: productKey(id), product: changed, receivedUnits: receivedUnits + delta };
  world.products.write([document], () => undefined);
}
