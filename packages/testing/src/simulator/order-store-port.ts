import type { OrderStore, OutboxEntry, StatusChange, StoredOrder } from "@pos/order-service/protocol";
import type { MajorityStore } from "./majority-store.ts";
import type { Network, Process } from "./network.ts";

/** What one replica of order-service shares with the world. */
export interface OrderStoreTools {
  readonly process: Process;
  readonly store: MajorityStore<StoredOrder>;
  readonly network: Network;
  /** False: the primary alone acknowledges writes. */
  readonly awaitMajority: boolean;
}

type Inserted = Awaited<ReturnType<OrderStore["insert"]>>;
type Read = Awaited<ReturnType<OrderStore["readMajority"]>>;
type Changed = Awaited<ReturnType<OrderStore["changeStatus"]>>;

const UNKNOWN = { kind: "unknown" } as const;
const ACKNOWLEDGED = { kind: "acknowledged" } as const;

/** The order store of one replica: every call crosses the network to orderdb. */
export function orderStorePort({ process, store, network, awaitMajority }: OrderStoreTools): OrderStore {
  const write = <Result>(
    order: StoredOrder,
    acknowledged: Result,
    answer: (result: Result | typeof UNKNOWN) => void,
  ) => {
    store.write([order], (end) => {
      if (awaitMajority) answer(end === "committed" ? acknowledged : UNKNOWN);
    });
    if (!awaitMajority) answer(acknowledged);
  };
  const update = (label: string, orderId: string, change: (order: StoredOrder) => StoredOrder) =>
    network.call<typeof ACKNOWLEDGED | typeof UNKNOWN>(process, {
      label,
      unanswered: UNKNOWN,
      deliver(answer) {
        const order = store.local(orderId);
        if (order === undefined) answer(ACKNOWLEDGED);
        else write(change(order), ACKNOWLEDGED, answer);
      },
    });
  return {
    insert: (order) =>
      network.call<Inserted>(process, {
        label: `insert ${order.status} ${order.id}`,
        isSentAgain: true,
        unanswered: UNKNOWN,
        deliver(answer) {
          // The other document may not be durable yet: a duplicate key alone says nothing about what is.
          if (store.local(order.id) !== undefined) answer({ kind: "duplicate" });
          else write(order, ACKNOWLEDGED, answer);
        },
      }),
    readMajority: (id) =>
      network.call<Read>(process, {
        label: `read ${id}`,
        isSentAgain: true,
        unanswered: UNKNOWN,
        deliver(answer) {
          const order = store.durable(id);
          answer(order === undefined ? { kind: "none" } : { kind: "found", order });
        },
      }),
    changeStatus: (change) =>
      network.call<Changed>(process, {
        label: `change ${change.orderId} to ${change.step.status}`,
        unanswered: UNKNOWN,
        deliver(answer) {
          const order = store.local(change.orderId);
          if (order === undefined || order.version !== change.version || order.status !== change.from) {
            return answer({ kind: "refused" });
          }
          const changed = afterChange(order, change);
          write(changed, { kind: "acknowledged" as const, order: changed }, answer);
        },
      }),
    dropEntry: (orderId, entryId) =>
      update(`drop ${orderId} ${entryId}`, orderId, (order) => ({
        ...order,
        outbox: order.outbox.filter(({ id }) => id !== entryId),
      })),
    postponeEntry: (orderId, entry) =>
      update(`postpone ${orderId} ${entry.id}`, orderId, (order) => ({
        ...order,
        outbox: order.outbox.map((kept) => (kept.id === entry.id ? entry : kept)),
      })),
  };
}

/** The document after a guarded change of status, as one update makes it. */
const afterChange = (order: StoredOrder, change: StatusChange): StoredOrder => ({
  ...order,
  status: change.step.status,
  history: [...order.history, change.step],
  outbox: [...order.outbox, ...change.entries],
  version: order.version + 1,
  updatedAt: change.step.at,
});

/** Entries of these orders that are due. */
export function* dueEntries(
  orders: Iterable<StoredOrder>,
  nowMs: number,
): Generator<{ orderId: string; entry: OutboxEntry }> {
  for (const order of orders) {
    for (const entry of order.outbox) {
      if (entry.state === "pending" && entry.nextAt.getTime() <= nowMs) yield { orderId: order.id, entry };
    }
  }
}
