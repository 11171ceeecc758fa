import { changeInTime } from "@pos/service-kit/change-in-time";
import { systemClock } from "@pos/service-kit/clock";

/**
 * Waits for a change of the database for 4 s at most: of real time, whatever a test's clock says.
 * @throws {AppError} SERVICE_UNAVAILABLE; the change goes on unwatched
 */
export const inTime = <Changed>(change: (deadlineAtMs: number) => Promise<Changed>): Promise<Changed> =>
  changeInTime(systemClock, change);
