import type { DatabaseLayout } from "@pos/service-kit/migrate";

/** What applies the layout; offered with it, so that whoever may know the layout needs nothing else. */
export { compareMigrations, migrateDatabase } from "@pos/service-kit/migrate";

const live = { emailKey: { $exists: true } };

/** What userdb must look like before the service serves. Documents whose `expiresAt` has passed are removed by MongoDB. */
export const layout: DatabaseLayout = {
  migrations: [
    {
      version: 1,
      name: "guard of the last administrator",
      async up(db) {
        // Transactions that meet on this document wait for each other; an insert within them would fail instead.
        await db
          .collection<{ _id: string }>("guards")
          .updateOne({ _id: "admins" }, { $setOnInsert: { turn: 0 } }, { upsert: true });
      },
    },
  ],
  indexes: [
    // A deleted account has no address any more, so its address is free again.
    {
      collection: "users",
      keys: { emailKey: 1 },
      options: { name: "email_unique", unique: true, partialFilterExpression: live },
    },
    { collection: "users", keys: { createdAt: -1, _id: -1 }, options: { name: "newest_first" } },
    { collection: "users", keys: { role: 1 }, options: { name: "role" } },
    {
      collection: "users",
      keys: { recoveryKey: 1 },
      options: { name: "recovery", partialFilterExpression: { recoveryKey: { $exists: true } } },
    },
    { collection: "signing_keys", keys: { sequence: 1 }, options: { name: "sequence_unique", unique: true } },
    { collection: "sessions", keys: { userId: 1 }, options: { name: "user" } },
    { collection: "sessions", keys: { expiresAt: 1 }, options: { name: "expiry", expireAfterSeconds: 0 } },
    { collection: "refresh_tokens", keys: { sessionId: 1, rotatedAt: -1 }, options: { name: "session" } },
    { collection: "refresh_tokens", keys: { expiresAt: 1 }, options: { name: "expiry", expireAfterSeconds: 0 } },
    { collection: "throttle", keys: { expiresAt: 1 }, options: { name: "expiry", expireAfterSeconds: 0 } },
    { collection: "mail_tokens", keys: { userId: 1, purpose: 1 }, options: { name: "user" } },
    { collection: "mail_tokens", keys: { expiresAt: 1 }, options: { name: "expiry", expireAfterSeconds: 0 } },
  ],
};
