import { changeOutOfTime } from "@pos/service-kit/app-error";
import { systemClock } from "@pos/service-kit/clock";
import { untilDeadline } from "@pos/service-kit/until-deadline";
import type { ClientSession, MongoClient } from "mongodb";

/** Limit of a transaction with all its retries, in milliseconds; the driver's own is 120 s. */
const TRANSACTION_MAX_MS = 4000;

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
  const deadlineAtMs = systemClock.now() + TRANSACTION_MAX_MS;
  const late = () => Promise.reject(changeOutOfTime());
  const inTime = (session: ClientSession) => (systemClock.now() < deadlineAtMs ? work(session) : late());
  const done = client.withSession((session) =>
    session.withTransaction(inTime, { readConcern: { level: "snapshot" }, writeConcern: { w: "majority" } }),
  );
  return untilDeadline(done, { deadlineAtMs, clock: systemClock, late });
}
