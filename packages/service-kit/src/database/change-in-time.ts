import { changeOutOfTime } from "../http/app-error.ts";
import type { Clock } from "../lifecycle/clock.ts";
import { untilDeadline } from "../lifecycle/until-deadline.ts";

/** How long whoever asks for a change waits for the database, in milliseconds. */
const CHANGE_MAX_MS = 4000;

/**
 * Waits for a change for 4 s at most. A disk that hangs lets a write wait for as long as its socket, and the driver sends
 * it again: the caller does not wait for that, and the change goes on unwatched.
 * @param change is told when nobody waits for it any more, in milliseconds since the epoch
 * @throws {AppError} SERVICE_UNAVAILABLE after 4 s
 */
export function changeInTime<Changed>(
  clock: Clock,
  change: (deadlineAtMs: number) => Promise<Changed>,
): Promise<Changed> {
  const deadlineAtMs = clock.now() + CHANGE_MAX_MS;
  return untilDeadline(change(deadlineAtMs), { deadlineAtMs, clock, late: () => Promise.reject(changeOutOfTime()) });
}
