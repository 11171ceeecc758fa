import type {
  ChangeCommand,
  ChangeResult,
  changeStatus,
  confirmPlaced,
  followOrder,
  OutboxEntry,
  PlaceCommand,
  Placement,
  PlacementPorts,
  placeOrder,
  reapReservation,
  relayEntry,
  StaleHold,
  StoredOrder,
} from "@pos/order-service/protocol";
import type { Network, Process } from "./network.ts";
import type { Random } from "./random.ts";

/** The pure steps of order-service: the real ones, or a variant's. */
export interface OrderProtocol {
  readonly placeOrder: typeof placeOrder;
  readonly confirmPlaced: typeof confirmPlaced;
  readonly changeStatus: typeof changeStatus;
  readonly relayEntry: typeof relayEntry;
  readonly reapReservation: typeof reapReservation;
  readonly followOrder: typeof followOrder;
}

const UNKNOWN = { kind: "unknown" } as const;

/** What a replica reads beside its ports, as its loops do in production. */
export interface OrderReads {
  /** Outbox entries that are due. */
  dueEntries(): Iterable<{ orderId: string; entry: OutboxEntry }>;
  /** Reservations that are held, as product-service lists them. */
  holds(age: HoldAge): readonly StaleHold[];
}

/** `late`: a confirm should have come by now. `abandoned`: held for longer than a placement can take. */
export type HoldAge = "late" | "abandoned";

/** What a replica is built from. */
export interface OrderReplicaTools {
  readonly ports: PlacementPorts;
  readonly protocol: OrderProtocol;
  readonly reads: OrderReads;
  readonly network: Network;
  readonly random: Random;
}

/** One replica of order-service: requests, relay and reaper around the pure protocol. */
export class OrderReplica {
  readonly process: Process;
  readonly #tools: OrderReplicaTools;
  readonly #openAnswers = new Set<() => void>();
  #isRelaying = false;
  #isReaping = false;

  constructor(process: Process, tools: OrderReplicaTools) {
    this.process = process;
    this.#tools = tools;
  }

  /** POST /orders. `insertedId` hears of every id under which this request tried to store an order. */
  place(command: PlaceCommand, insertedId: (id: string) => void, answer: (placement: Placement) => void): void {
    const ports = watchInserts(this.#tools.ports, insertedId);
    this.#serve<Placement>(
      () => this.#tools.protocol.placeOrder(command, ports),
      (placement) => {
        if (placement.kind === "placed") this.#confirm(placement.order);
        answer(placement);
      },
    );
  }

  /** PUT /orders/:id/status. */
  change(command: ChangeCommand, answer: (result: ChangeResult) => void): void {
    this.#serve<ChangeResult>(
      () => this.#tools.protocol.changeStatus(command, this.#tools.ports),
      (result) => {
        if (result.kind === "changed") this.#deliverAtOnce(result.order);
        answer(result);
      },
    );
  }

  /** Delivers what is due, unless the round before is still under way. */
  relayRound(): void {
    if (!this.process.isAlive || this.#isRelaying) return;
    this.#isRelaying = true;
    const { protocol, ports, reads } = this.#tools;
    const round = [...reads.dueEntries()].map(({ orderId, entry }) => protocol.relayEntry(orderId, entry, ports));
    void Promise.all(round).then(this.process.inThisLife(() => (this.#isRelaying = false)));
  }

  /** Ends reservations that nobody finished, unless the round before is still under way. */
  reapRound(): void {
    if (!this.process.isAlive || this.#isReaping) return;
    this.#isReaping = true;
    void this.#reap().then(this.process.inThisLife(() => (this.#isReaping = false)));
  }

  /** Kills the process: its connections are reset, what it has sent may still arrive. */
  kill(): void {
    this.process.kill();
    for (const reset of this.#openAnswers) reset();
    this.#openAnswers.clear();
    this.#isRelaying = false;
    this.#isReaping = false;
  }

  async #reap(): Promise<void> {
    const { protocol, ports } = this.#tools;
    await this.#each("abandoned", (hold) => protocol.reapReservation(hold, ports));
    await this.#each("late", (hold) => protocol.followOrder(hold, ports));
  }

  async #each(age: HoldAge, settle: (hold: StaleHold) => Promise<unknown>): Promise<void> {
    const { network, reads } = this.#tools;
    const holds = await network.call<readonly StaleHold[]>(this.process, {
      label: `list ${age} holds`,
      unanswered: [],
      deliver: (answer) => answer(reads.holds(age)),
    });
    await Promise.all(holds.map(settle));
  }

  #serve<Result>(handle: () => Promise<Result>, answer: (result: Result | typeof UNKNOWN) => void): void {
    if (!this.process.isAlive) return answer(UNKNOWN);
    const reset = () => answer(UNKNOWN);
    this.#openAnswers.add(reset);
    const finish = this.process.inThisLife((result: Result) => {
      this.#openAnswers.delete(reset);
      answer(result);
    });
    void handle().then(finish);
  }

  // What is not confirmed here is left to a reaper.
  #confirm({ id: orderId, rid }: StoredOrder): void {
    const { random, protocol, ports } = this.#tools;
    if (rid !== undefined && random.chance(0.7)) void protocol.confirmPlaced({ orderId, rid }, ports);
  }

  // The relay would find these entries a second later; most of the time they never wait for it.
  #deliverAtOnce(order: StoredOrder): void {
    const { random, protocol, ports } = this.#tools;
    if (random.chance(0.3)) return;
    for (const entry of order.outbox) void protocol.relayEntry(order.id, entry, ports);
  }
}

const watchInserts = (ports: PlacementPorts, insertedId: (id: string) => void): PlacementPorts => ({
  ...ports,
  orders: {
    ...ports.orders,
    insert(order, deadlineAtMs) {
      if (order.status !== "void") insertedId(order.id);
      return ports.orders.insert(order, deadlineAtMs);
    },
  },
});
