import {
  changeStatus,
  confirmPlaced,
  followOrder,
  type PlacementPorts,
  placeOrder,
  reapReservation,
  relayEntry,
  type StoredOrder,
} from "@pos/order-service/protocol";
import { decideBatch, moveReservation, pairsToCount } from "@pos/product-service/protocol";
import type { MajorityStore } from "./majority-store.ts";
import type { OrderProtocol } from "./order-replica.ts";
import type { ProductProtocol, TransactionTraits } from "./product-replica.ts";
import type { ProductStore } from "./product-store.ts";

/** The databases of a schedule, for variants that misuse them. */
export interface Databases {
  readonly orders: MajorityStore<StoredOrder>;
  readonly products: ProductStore;
}

/** Every place where a schedule takes production's decisions; a wrong variant replaces one of them. */
export interface Seams {
  readonly order: OrderProtocol;
  readonly product: ProductProtocol;
  readonly transactions: TransactionTraits;
  /** Whether a write to orderdb is acknowledged by a majority, or by the primary alone. */
  readonly orderWrites: { readonly awaitMajority: boolean };
  /** What order-service's ports become before the protocol sees them. */
  ports(ports: PlacementPorts, databases: Databases): PlacementPorts;
  /** Orders whose outbox the relay reads. */
  relayedOrders(orders: MajorityStore<StoredOrder>): Iterable<StoredOrder>;
  /** Housekeeping between two steps. */
  housekeep(databases: Databases): void;
}

/** Ports with another insert of orders, for variants that get it wrong. */
export const withInsert =
  (insertOver: (ports: PlacementPorts) => PlacementPorts["orders"]["insert"]): Seams["ports"] =>
  (ports) => ({ ...ports, orders: { ...ports.orders, insert: insertOver(ports) } });

/** Production as it is. */
export const production: Seams = {
  order: { placeOrder, confirmPlaced, changeStatus, relayEntry, reapReservation, followOrder },
  product: { decideBatch, moveReservation, pairsToCount },
  transactions: { detectsConflicts: true, awaitsDurableReads: true },
  orderWrites: { awaitMajority: true },
  ports: (ports) => ports,
  // An entry of a change that a failover takes back must not be delivered.
  relayedOrders: (orders) => orders.allDurable(),
  housekeep: () => undefined,
};
