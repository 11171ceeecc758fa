import { CliError } from "./errors.ts";
import type { Io } from "./io.ts";

/**
 * Runs work that has something to clean up. A signal aborts it, and a closed pipe does not end it.
 * @param work throws the signal's reason when it is aborted: exit INTERRUPTED
 */
export async function interruptible<Value>(
  io: Pick<Io, "onSignal">,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const stop = new AbortController();
  const forget = io.onSignal(() => stop.abort(new CliError("Interrupted.", { exit: "INTERRUPTED" })));
  try {
    return await work(stop.signal);
  } finally {
    forget();
  }
}
