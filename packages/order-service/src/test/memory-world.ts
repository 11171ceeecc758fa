import type { OutboxEntry, StoredOrder } from "../placement/order.ts";
import type { Hold, OrderStore, PlacementPorts, Reservations, ReserveCommand, Users } from "../placement/ports.ts";

type Verdict<Port extends (...parameters: never[]) => unknown> = Awaited<ReturnType<Port>>;

/** Verdicts that ports give instead of their own, each once and in order. */
export interface Script {
  insert?: Verdict<OrderStore["insert"]>[];
  /** True: the insert that the script answers for happens all the same. */
  insertsHappen?: boolean;
  readMajority?: Verdict<OrderStore["readMajority"]>[];
  changeStatus?: Verdict<OrderStore["changeStatus"]>[];
  reserve?: Verdict<Reservations["reserve"]>[];
  move?: Verdict<Reservations["move"]>[];
  check?: Verdict<Users["check"]>[];
}

/** Both databases in memory, with a clock that sleeps at once and a log of what the protocol asked for. */
export interface MemoryWorld {
  readonly ports: PlacementPorts;
  readonly orders: Map<string, StoredOrder>;
  readonly holds: Map<string, { rid: string; state: "held" | "confirmed" | "released"; command: ReserveCommand }>;
  /** As `insert pending <id>`, `release <id> <rid>` … */
  readonly calls: string[];
  readonly alarms: string[];
}

/** Price of every product. */
export const PRICE = 2.5;

export function memoryWorld(script: Script = {}): MemoryWorld {
  const orders: MemoryWorld["orders"] = new Map();
  const holds: MemoryWorld["holds"] = new Map();
  const calls: string[] = [];
  const alarms: string[] = [];
  let nowMs = Date.parse("2026-01-01T00:00:00Z");
  let counter = 0;
  const change = (id: string, with_: (order: StoredOrder) => StoredOrder) => {
    const order = orders.get(id);
    if (order !== undefined) orders.set(id, with_(order));
  };
  const store: OrderStore = {
    async insert(order) {
      calls.push(`insert ${order.status} ${order.id}`);
      const scripted = script.insert?.shift();
      if (scripted !== undefined && script.insertsHappen !== true) return scripted;
      if (orders.has(order.id)) return scripted ?? { kind: "duplicate" };
      orders.set(order.id, order);
      return scripted ?? { kind: "acknowledged" };
    },
    async readMajority(id) {
      calls.push(`read ${id}`);
      const scripted = script.readMajority?.shift();
      if (scripted !== undefined) return scripted;
      const order = orders.get(id);
      return order === undefined ? { kind: "none" } : { kind: "found", order };
    },
    async changeStatus({ orderId, from, version, step, entries }) {
      calls.push(`change ${orderId} ${from} ${step.status}`);
      const scripted = script.changeStatus?.shift();
      if (scripted !== undefined) return scripted;
      const order = orders.get(orderId);
      if (order?.status !== from || order.version !== version) return { kind: "refused" };
      const history = [...order.history, step];
      const outbox = [...order.outbox, ...entries];
      const changed = { ...order, status: step.status, version: version + 1, updatedAt: step.at, history, outbox };
      orders.set(orderId, changed);
      return { kind: "acknowledged", order: changed };
    },
    async dropEntry(orderId, entryId) {
      calls.push(`drop ${orderId} ${entryId}`);
      change(orderId, (order) => ({ ...order, outbox: order.outbox.filter(({ id }) => id !== entryId) }));
      return { kind: "acknowledged" };
    },
    async postponeEntry(orderId, entry) {
      calls.push(`postpone ${orderId} ${entry.id}`);
      const replace = (old: OutboxEntry) => (old.id === entry.id ? entry : old);
      change(orderId, (order) => ({ ...order, outbox: order.outbox.map(replace) }));
      return { kind: "acknowledged" };
    },
  };
  const reservations: Reservations = {
    async reserve(command) {
      calls.push(`reserve ${command.orderId}`);
      const scripted = script.reserve?.shift();
      if (scripted !== undefined) return scripted;
      const before = holds.get(command.orderId);
      if (before?.state === "released") return { kind: "released" };
      const rid = before?.rid ?? `rid-${++counter}`;
      if (before === undefined) holds.set(command.orderId, { rid, state: "held", command });
      return held(rid, command);
    },
    async move(kind, { orderId, rid }) {
      calls.push(`${kind} ${orderId} ${rid}`);
      const scripted = script.move?.shift();
      if (scripted !== undefined) return scripted;
      const hold = holds.get(orderId);
      if (hold === undefined) return { kind: "moved", state: "none" };
      if (hold.rid === rid && hold.state !== "released" && kind !== "settle")
        hold.state = kind === "release" ? "released" : "confirmed";
      return { kind: "moved", state: hold.state };
    },
  };
  const ports: PlacementPorts = {
    orders: store,
    reservations,
    users: {
      async check(userId) {
        calls.push(`check ${userId}`);
        return script.check?.shift() ?? { kind: "active" };
      },
    },
    clock: {
      now: () => nowMs,
      async sleep(milliseconds) {
        nowMs += milliseconds;
      },
    },
    random: {
      orderId: () => (++counter).toString(16).padStart(24, "0"),
      entryId: () => `entry-${++counter}`,
      fraction: () => 0.5,
    },
    alarms: { raise: (message) => alarms.push(message) },
  };
  return { ports, orders, holds, calls, alarms };
}

/** What product-service answers for a hold. */
export function held(rid: string, { items }: Pick<ReserveCommand, "items">): Hold {
  return { kind: "held", rid, items: items.map((item) => ({ ...item, productName: "Lamp", price: PRICE })) };
}
