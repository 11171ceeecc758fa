import type { Product } from "@pos/contracts/products";
import type { ObjectId } from "mongodb";

/** A product as it is stored. */
export interface ProductDocument {
  _id: ObjectId;
  name: string;
  description: string;
  price: number;
  stock: number;
  /** Every unit that ever came in, less those taken out by adjustments: stock + held + confirmed. */
  received: number;
  /** Units of open reservations: held or confirmed, not settled. */
  openUnits: number;
  /** Goes up with every change of the document, sales included: the ETag. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

/** One change of stock by a delta. */
export interface StockAdjustmentDocument {
  _id: ObjectId;
  productId: ObjectId;
  delta: number;
  reason: string;
  /** Who asked for it: the user id of an administrator. */
  by: string;
  /** The Idempotency-Key, when there was one; unique per `by`. */
  key?: string;
  at: Date;
}

/** A product with what its answers need beside the body. */
export interface StoredProduct {
  readonly product: Product;
  readonly version: number;
}

/** Whether a product was deleted: its document stays. */
export const isDeleted = ({ deletedAt }: { readonly deletedAt?: Date | null }): boolean => (deletedAt ?? null) !== null;

/** The wire form of a document. */
export function storedProduct(document: ProductDocument): StoredProduct {
  const { _id, name, description, price, stock, version, createdAt, updatedAt } = document;
  return {
    product: {
      id: _id.toHexString(),
      name,
      description,
      price,
      stock,
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
    },
    version,
  };
}
