import { messageOf } from "../errors.ts";
import type { Io } from "../io.ts";
import { describeEnd, type RunningUnit, type Unit, type UnitEnd } from "./unit.ts";

/** What happens to a unit, for the state file and the log. */
export interface UnitEvents {
  started(unit: Unit, running: RunningUnit, restarts: number): void;
  /** It ended, or could not be started, although nobody stopped the stack; it is started again after `waitMs`. */
  ended(unit: Unit, how: string, next: { readonly waitMs: number; readonly restarts: number }): void;
}

const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
/** After so long without an end, the next end counts as the first. */
const STABLE_MS = 60_000;
/** Who ends in order after this time was asked to (`restart`), and is started again at once. */
const SETTLED_MS = 1000;

/** Wait before a unit is started again: 0.5 s, doubled with each end in a row, at most 30 s. */
export const restartWaitMs = (endsInRow: number): number =>
  Math.min(BACKOFF_MIN_MS * 2 ** (endsInRow - 1), BACKOFF_MAX_MS);

/**
 * Keeps a unit running until `stopping` aborts; what runs then is left to whoever stops the stack.
 * @param first what runs already
 */
export async function supervise(
  unit: Unit,
  first: RunningUnit,
  tools: { io: Io; events: UnitEvents; stopping: AbortSignal },
): Promise<void> {
  const { io, events, stopping } = tools;
  let running: RunningUnit | undefined = first;
  let startedAtMs = io.now();
  let endsInRow = 0;
  let failure = "";
  for (let restarts = 1; ; restarts++) {
    let how = failure;
    let isAsked = false;
    if (running !== undefined) {
      const end = await Promise.race([running.ended, aborted(stopping)]);
      if (end === undefined || stopping.aborted) return;
      const ranMs = io.now() - startedAtMs;
      if (ranMs > STABLE_MS) endsInRow = 0;
      isAsked = end.code === 0 && ranMs > SETTLED_MS;
      how = describeEnd(end);
    }
    endsInRow = isAsked ? 0 : endsInRow + 1;
    const waitMs = isAsked ? 0 : restartWaitMs(endsInRow);
    events.ended(unit, how, { waitMs, restarts: restarts - 1 });
    await io.sleep(waitMs, stopping);
    if (stopping.aborted) return;
    startedAtMs = io.now();
    running = await unit.start().catch((error: unknown) => {
      failure = `it could not be started: ${messageOf(error)}`;
      return undefined;
    });
    if (stopping.aborted) return running?.stop();
    if (running !== undefined) events.started(unit, running, restarts);
  }
}

function aborted(signal: AbortSignal): Promise<UnitEnd | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
