import { type Collection, MongoClient, ObjectId } from "mongodb";
import { type Additions, at } from "../shop.ts";

const BATCH = 5000;
/** Of how many products and orders, spread over all, the requests go round at most. */
export const SAMPLE = 100_000;
const DAY_MS = 86_400_000;

/** How much is to be in the databases, and whose every twentieth order is. */
export interface Growth {
  readonly products: number;
  readonly orders: number;
  readonly customerId: string;
}

/**
 * Fills the databases directly, past the services: it would take hours over HTTP. What it writes has the services' form,
 * but no order has a reservation, so these databases are for reading and loading, not for an audit.
 * @returns SAMPLE of the products and as many orders of the customer, spread over all of them
 */
export async function grow(
  uris: { readonly product: string; readonly order: string },
  { products, orders, customerId }: Growth,
): Promise<Required<Additions>> {
  const productIds = await insert(uris.product, "products", products, product);
  const customer = new ObjectId(customerId);
  const orderIds = await insert(uris.order, "orders", orders, (index) =>
    order(index, index % 20 === 0 ? customer : new ObjectId(), at(productIds, index)),
  );
  return {
    products: spreadOver(productIds).map((id) => ({ id: id.toHexString(), price: 12.5 })),
    orderIds: spreadOver(orderIds.filter((_id, index) => index % 20 === 0)).map((id) => id.toHexString()),
  };
}

function product(index: number) {
  const at = new Date(Date.now() - DAY_MS * 2 + index * 100);
  return {
    name: `Thing ${index}`,
    description: `A thing of use for many ends, number ${index}`,
    price: 12.5,
    stock: 1_000_000_000,
    received: 1_000_000_000,
    openUnits: 0,
    version: 1,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
  };
}

function order(index: number, userId: ObjectId, productId: ObjectId) {
  const at = new Date(Date.now() - DAY_MS * 10 + index * 400);
  return {
    userId,
    status: "completed",
    fingerprint: "0".repeat(64),
    items: [{ productId, productName: `Thing ${index}`, price: 12.5, quantity: 2 }],
    totalAmount: 25,
    history: [{ status: "completed", at, by: "system" }],
    outbox: [],
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
}

async function insert(
  uri: string,
  name: string,
  count: number,
  make: (index: number) => object,
): Promise<readonly ObjectId[]> {
  const client = await new MongoClient(uri, { writeConcern: { w: 1 } }).connect();
  try {
    const collection: Collection = client.db().collection(name);
    const ids: ObjectId[] = [];
    while (ids.length < count) {
      const size = Math.min(BATCH, count - ids.length);
      const batch = Array.from({ length: size }, (_, offset) => ({
        _id: new ObjectId(),
        ...make(ids.length + offset),
      }));
      await collection.insertMany(batch, { ordered: false, writeConcern: { w: 1, journal: false } });
      for (const { _id } of batch) ids.push(_id);
    }
    return ids;
  } finally {
    await client.close();
  }
}

function spreadOver<Value>(values: readonly Value[]): readonly Value[] {
  return Array.from({ length: SAMPLE }, (_, index) => at(values, Math.floor((index * values.length) / SAMPLE)));
}
