import type { DatabaseLayout } from "@pos/service-kit/migrate";
import { stockBooks } from "./migrations/001-stock-books.ts";

/** What applies the layout; offered with it, so that whoever may know the layout needs nothing else. */
export { compareMigrations, migrateDatabase } from "@pos/service-kit/migrate";

/** What productdb looks like before the service serves: every query of the service has its index here. */
export const layout: DatabaseLayout = {
  migrations: [stockBooks],
  indexes: [
    { collection: "products", keys: { deletedAt: 1, createdAt: -1, _id: -1 } },
    { collection: "products", keys: { name: 1, deletedAt: 1, createdAt: -1, _id: -1 } },
    { collection: "reservations", keys: { state: 1, createdAt: 1, _id: 1 } },
    // Serves the stock books (by product) and the count of a user's open units (all three).
    { collection: "reservations", keys: { "items.productId": 1, isOpen: 1, userId: 1 } },
    {
      collection: "stockAdjustments",
      keys: { by: 1, key: 1 },
      options: { unique: true, partialFilterExpression: { key: { $exists: true } } },
    },
    { collection: "stockAdjustments", keys: { productId: 1, at: 1 } },
    { collection: "flushers", keys: { heartbeatAt: 1 } },
  ],
};
