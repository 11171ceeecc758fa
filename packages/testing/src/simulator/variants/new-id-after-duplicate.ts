// The answer to the insert of an order gets lost, the insert is sent once more, and one click becomes two orders.
import { placeOrder } from "@pos/order-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A placement without a key whose id is taken goes on with another one: nobody else can have made up the same. */
export const newIdAfterDuplicate: Variant = {
  name: "new-id-after-duplicate",
  pinnedSeed: 209,
  seams: {
    ...production,
    order: {
      ...production.order,
      async placeOrder(command, ports) {
        if (command.idempotencyKey !== undefined) return placeOrder(command, ports);
        let isTaken = false;
        const insert: typeof ports.orders.insert = async (order, deadlineAtMs) => {
          const inserted = await ports.orders.insert(order, deadlineAtMs);
          if (inserted.kind !== "duplicate") return inserted;
          isTaken = true;
          return { kind: "unknown" };
        };
        const placement = await placeOrder(command, { ...ports, orders: { ...ports.orders, insert } });
        return isTaken ? placeOrder(command, ports) : placement;
      },
    },
  },
};
