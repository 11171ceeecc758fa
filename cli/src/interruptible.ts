import { CliError } from "./errors.ts";
import type { Io } from "./io.ts";

/** Two signals within this time are one request, in milliseconds: `bun run` passes on the Ctrl-C that reached both. */
export const SAME_SIGNAL_MS = 700;

/**
 * Runs work that has something to clean up. A signal aborts it; the next one ends the process, whatever hangs.
 * @param work throws the signal's reason when it is aborted: exit INTERRUPTED
 */
export async function interruptible<Value>(
  io: Pick<Io, "onSignal" | "sleep">,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const stop = new AbortController();
  const end = new AbortController();
  const forget = io.onSignal(() => {
    stop.abort(new CliError("Interrupted.", { exit: "INTERRUPTED" }));
    void io.sleep(SAME_SIGNAL_MS, end.signal).then(forget);
  });
  try {
    return await work(stop.signal);
  } finally {
    end.abort();
    forget();
  }
}
