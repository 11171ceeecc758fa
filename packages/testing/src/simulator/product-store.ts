import type { PendingPair, ProductStock, ReservationRecord } from "@pos/product-service/protocol";
import { MajorityStore, type WriteEnd } from "./majority-store.ts";

/** A product as productdb keeps it. */
export interface ProductDocument {
  readonly id: string;
  readonly product: ProductStock;
  /** Units ever received: the stock of the first day and every delta since. */
  readonly receivedUnits: number;
}

/** A reservation as productdb keeps it. */
export interface ReservationDocument {
  readonly id: string;
  readonly reservation: ReservationRecord;
}

export type ProductdbDocument = ProductDocument | ReservationDocument;

/** productdb: products and reservations in one replica set, so that one failover takes both back. */
export class ProductStore extends MajorityStore<ProductdbDocument> {
  /** The lowest stock that any product ever had. */
  lowestStockUnits = 0;

  override write(documents: readonly ProductdbDocument[], end: (how: WriteEnd) => void): void {
    for (const document of documents) {
      if ("product" in document) this.lowestStockUnits = Math.min(this.lowestStockUnits, document.product.stockUnits);
    }
    super.write(documents, end);
  }

  product(productId: string): ProductDocument | undefined {
    const found = this.local(productKey(productId));
    return found !== undefined && "product" in found ? found : undefined;
  }

  reservation(orderId: string): ReservationDocument | undefined {
    const found = this.local(reservationKey(orderId));
    return found !== undefined && "reservation" in found ? found : undefined;
  }

  /** One that no failover takes back. */
  durableReservation(orderId: string): ReservationRecord | undefined {
    const found = this.durable(reservationKey(orderId));
    return found !== undefined && "reservation" in found ? found.reservation : undefined;
  }

  *reservations(): Generator<ReservationRecord> {
    for (const document of this.all()) if ("reservation" in document) yield document.reservation;
  }

  /** Those that no failover takes back. */
  *durableReservations(): Generator<ReservationRecord> {
    for (const document of this.allDurable()) if ("reservation" in document) yield document.reservation;
  }

  /** Units of a product that a user has reserved and not yet settled. */
  openUnits({ userId, productId }: PendingPair): number {
    let units = 0;
    for (const reservation of this.reservations()) {
      if (!reservation.isOpen || reservation.userId !== userId) continue;
      for (const item of reservation.items) if (item.productId === productId) units += item.quantity;
    }
    return units;
  }

  *products(): Generator<{ id: string; product: ProductStock; receivedUnits: number }> {
    for (const document of this.all()) {
      if ("product" in document) yield { ...document, id: document.id.slice(PRODUCT.length) };
    }
  }
}

const PRODUCT = "product/";
export const productKey = (productId: string) => PRODUCT + productId;
export const reservationKey = (orderId: string) => `reservation/${orderId}`;
