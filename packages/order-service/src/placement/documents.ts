import type { OrderItem } from "@pos/contracts/orders";
import type { MessageKind, OutboxEntry, StoredOrder } from "./order.ts";
import type { Line, PlacementPorts } from "./ports.ts";

/** The process that wrote an entry delivers it at once; the relay rounds of all replicas leave it alone this long. */
const FIRST_RELAY_AFTER_MS = 2000;

type Tools = Pick<PlacementPorts, "clock" | "random" | "traceparent">;

/** A message that waits for its first delivery. */
export function newEntry(kind: MessageKind, rid: string, tools: Tools): OutboxEntry {
  const now = tools.clock.now();
  return {
    id: tools.random.entryId(),
    kind,
    rid,
    state: "pending",
    tries: 0,
    unanswered: 0,
    createdAt: new Date(now),
    nextAt: new Date(now + FIRST_RELAY_AFTER_MS),
    ...(tools.traceparent === undefined ? {} : { traceparent: tools.traceparent }),
  };
}

/** The fields that an order and a tombstone have in common. */
export interface AttemptFacts {
  readonly id: string;
  readonly userId: string;
  readonly fingerprint: string;
  readonly keyHash?: string;
  readonly rid?: string;
}

/** The document of a placed order. */
export function pendingOrder(
  attempt: AttemptFacts & { rid: string },
  placed: { items: readonly OrderItem[]; totalAmount: number; by: string },
  tools: Pick<Tools, "clock">,
): StoredOrder {
  const now = new Date(tools.clock.now());
  return {
    ...attempt,
    status: "pending",
    items: placed.items,
    totalAmount: placed.totalAmount,
    history: [{ status: "pending", at: now, by: placed.by }],
    outbox: [],
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

/** The tombstone of an attempt: once a majority has it, no order can ever be stored under that id. */
export function voidOrder(attempt: AttemptFacts, outbox: readonly OutboxEntry[], tools: Tools): StoredOrder {
  const now = new Date(tools.clock.now());
  return {
    ...attempt,
    status: "void",
    items: [],
    totalAmount: 0,
    history: [],
    outbox,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

/** The lines as they were sent, with the names and prices of the reservation; undefined when it lacks a product. */
export function pricedItems(lines: readonly Line[], held: readonly OrderItem[]): readonly OrderItem[] | undefined {
  const byProduct = new Map(held.map((item) => [item.productId, item]));
  const items = lines.flatMap(({ productId, quantity }) => {
    const item = byProduct.get(productId);
    return item === undefined ? [] : [{ productId, productName: item.productName, price: item.price, quantity }];
  });
  return items.length === lines.length ? items : undefined;
}
