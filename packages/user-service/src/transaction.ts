import type { ClientSession, MongoClient } from "mongodb";

/** Limit of a transaction with all its retries, in milliseconds. */
const TRANSACTION_MAX_MS = 4000;

/** What a write or read takes to be part of a transaction. */
export type Transaction = ClientSession;

/**
 * Runs `work` in a transaction (snapshot, majority) and again when another one was in its way. `work` must pass the
 * session on and may run more than once.
 * @throws what `work` throws, and a driver's time-out after 4 s
 */
export function inTransaction<Result>(
  client: MongoClient,
  work: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  return client.withSession((session) =>
    session.withTransaction(work, {
      readConcern: { level: "snapshot" },
      writeConcern: { w: "majority" },
      timeoutMS: TRANSACTION_MAX_MS,
    }),
  );
}
