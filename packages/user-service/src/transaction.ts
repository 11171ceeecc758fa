import { changeOutOfTime } from "@pos/service-kit/app-error";
import { systemClock } from "@pos/service-kit/clock";
import type { ClientSession, MongoClient } from "mongodb";
import { inTime } from "./in-time.ts";

/** What a write or read takes to be part of a transaction. */
export type Transaction = ClientSession;

/**
 * Runs `work` in a transaction (snapshot, majority) and again when another one was in its way. `work` must pass the
 * session on and may run more than once.
 * @throws what `work` throws; {AppError} SERVICE_UNAVAILABLE after 4 s
 */
export function inTransaction<Result>(
  client: MongoClient,
  work: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  return inTime((deadlineAtMs) => {
    const once = (session: ClientSession) =>
      systemClock.now() < deadlineAtMs ? work(session) : Promise.reject(changeOutOfTime());
    return client.withSession((session) =>
      session.withTransaction(once, { readConcern: { level: "snapshot" }, writeConcern: { w: "majority" } }),
    );
  });
}
