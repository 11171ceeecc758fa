import type { DatabaseLayout } from "@pos/service-kit/migrate";
import { protocolFields } from "./migrations/001-protocol-fields.ts";

/** What applies the layout; offered with it, so that whoever may know the layout needs nothing else. */
export { compareMigrations, migrateDatabase } from "@pos/service-kit/migrate";

/** What orderdb looks like before the service serves: every query of the service has its index here. */
export const layout: DatabaseLayout = {
  migrations: [protocolFields],
  indexes: [
    { collection: "orders", keys: { createdAt: -1, _id: -1 } },
    { collection: "orders", keys: { userId: 1, createdAt: -1, _id: -1 } },
    { collection: "orders", keys: { status: 1, createdAt: -1, _id: -1 } },
    // The relay looks for what is due; delivered entries leave the document and so the index.
    {
      collection: "orders",
      keys: { "outbox.nextAt": 1 },
      options: { name: "outbox_pending", partialFilterExpression: { "outbox.state": "pending" } },
    },
    {
      collection: "orders",
      keys: { "outbox.state": 1, _id: 1 },
      options: { name: "outbox_dead", partialFilterExpression: { "outbox.state": "dead" } },
    },
  ],
};
