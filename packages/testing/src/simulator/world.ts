import type { StoredOrder } from "@pos/order-service/protocol";
import { Clients } from "./clients.ts";
import type { Evidence, Violation } from "./evidence.ts";
import { violationsOf } from "./invariants.ts";
import { MajorityStore } from "./majority-store.ts";
import { Network, NO_FAULTS, Process } from "./network.ts";
import { type HoldAge, OrderReplica } from "./order-replica.ts";
import { dueEntries, orderStorePort } from "./order-store-port.ts";
import type { Plan } from "./plan.ts";
import { ProductReplica } from "./product-replica.ts";
import { productKey, ProductStore } from "./product-store.ts";
import type { Random } from "./random.ts";
import { Scheduler, type Trace } from "./scheduler.ts";
import type { Seams } from "./seams.ts";
import { reservationsPort, usersPort } from "./service-ports.ts";
import { Users } from "./users.ts";

/** Ages from which a reaper looks for the order of a hold, and ends the hold, in milliseconds. */
const HOLD_AGES_MS: Readonly<Record<HoldAge, number>> = { late: 3000, abandoned: 60_000 };
/** Rounds of relay and reaper that must be enough for the stack to come to rest. */
const REST_ROUNDS_MAX = 30;

/** The whole stack in memory: databases, replicas, users and clients under one scheduler. */
export class World {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly orders: MajorityStore<StoredOrder>;
  readonly products: ProductStore;
  readonly users: Users;
  readonly clients: Clients;
  readonly orderReplicas: readonly OrderReplica[];
  readonly productReplicas: readonly ProductReplica[];
  readonly #alarms: string[] = [];

  constructor(tools: { plan: Plan; random: Random; seams: Seams; trace: Trace }) {
    const { plan, random, trace } = tools;
    this.scheduler = new Scheduler(random);
    // Mostly at once, sometimes after everything else has had its turn.
    const follow = (replicateOne: () => void) =>
      random.chance(plan.lagRate)
        ? this.scheduler.after(1 + random.int(20_000), replicateOne)
        : this.scheduler.soon(replicateOne);
    this.orders = new MajorityStore<StoredOrder>(follow);
    this.products = new ProductStore(follow);
    this.network = new Network({ scheduler: this.scheduler, random, trace });
    const userIds = names("user", plan.users);
    const productIds = names("product", plan.products);
    this.users = new Users(userIds);
    for (const [index, id] of productIds.entries()) this.#stock(id, { price: index + 1.5, units: plan.stockUnits });
    this.productReplicas = names("product-service", plan.productReplicas).map((name) =>
      this.#productReplica(name, tools),
    );
    this.orderReplicas = names("order-service", plan.orderReplicas).map((name) => this.#orderReplica(name, tools));
    this.clients = new Clients({ world: this, plan, random, userIds, productIds });
  }

  /** Kills a replica; something starts it again, sooner or later. */
  kill(replica: OrderReplica | ProductReplica): void {
    replica.kill();
    this.scheduler.soon(() => replica.process.start());
  }

  /** Ends all faults, starts what is dead, and runs until nothing is left to do. */
  rest(): void {
    this.network.setRates(NO_FAULTS);
    for (const { process } of [...this.orderReplicas, ...this.productReplicas]) process.start();
    this.scheduler.settle();
    this.clients.retryOpen();
    this.scheduler.settle();
    for (let round = 0; round < REST_ROUNDS_MAX && !this.#isAtRest(); round++) {
      this.scheduler.jump(HOLD_AGES_MS.abandoned + 1000);
      for (const replica of this.orderReplicas) {
        replica.relayRound();
        replica.reapRound();
      }
      this.scheduler.settle();
    }
  }

  /** What is wrong with the state as it is now. */
  violations(): Violation[] {
    const found = violationsOf(this.#evidence());
    const lowest = this.products.lowestStockUnits;
    if (lowest < 0) found.push({ invariant: "I1", message: `a stock was ${lowest} for a while` });
    return found;
  }

  #evidence(): Evidence {
    return {
      orders: [...this.orders.allDurable()],
      reservations: [...this.products.reservations()],
      products: [...this.products.products()].map(({ id, product, receivedUnits }) => ({
        id,
        stock: product.stockUnits,
        received: receivedUnits,
      })),
      journal: { ...this.clients.journal(), alarms: this.#alarms },
    };
  }

  #isAtRest(): boolean {
    for (const { state } of this.products.reservations()) if (state === "held") return false;
    for (const { outbox } of this.orders.all()) if (outbox.length > 0) return false;
    return true;
  }

  #stock(id: string, { price, units }: { price: number; units: number }): void {
    const product = { name: id, price, stockUnits: units, openUnits: 0, isDeleted: false };
    this.products.seed({ id: productKey(id), product, receivedUnits: units });
  }

  #productReplica(
    name: string,
    { plan, random, seams, trace }: ConstructorParameters<typeof World>[0],
  ): ProductReplica {
    return new ProductReplica(new Process(name), {
      store: this.products,
      scheduler: this.scheduler,
      random,
      protocol: seams.product,
      traits: seams.transactions,
      rules: { pendingLimitUnits: plan.pendingLimitUnits, newRid: () => random.hex(32) },
      trace,
    });
  }

  #orderReplica(name: string, { random, seams }: ConstructorParameters<typeof World>[0]): OrderReplica {
    const process = new Process(name);
    const { scheduler, network, orders, products, users } = this;
    const ports = {
      orders: orderStorePort({ process, store: orders, network, ...seams.orderWrites }),
      reservations: reservationsPort({ process, replicas: this.productReplicas, network, random }),
      users: usersPort({ process, users, network }),
      clock: scheduler.clock,
      random: { orderId: () => random.hex(24), entryId: () => random.hex(8), fraction: () => random.int(1000) / 1000 },
      alarms: { raise: (message: string) => void this.#alarms.push(message) },
    };
    return new OrderReplica(process, {
      ports: seams.ports(ports, { orders, products }),
      protocol: seams.order,
      reads: {
        dueEntries: () => dueEntries(seams.relayedOrders(orders), scheduler.clock.now()),
        holds: (age) =>
          [...products.durableReservations()].filter(
            ({ state, createdAtMs }) => state === "held" && createdAtMs + HOLD_AGES_MS[age] < scheduler.clock.now(),
          ),
      },
      network,
      random,
    });
  }
}

const names = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
