import type { DatabaseWish } from "./database-wish.ts";
import { initialiseDatabase, type InitTools } from "./initialise-database.ts";

/** How often a watched database is looked at, in milliseconds. */
const WATCH_PERIOD_MS = 10_000;

/**
 * Initialises the database once, or with `watch` until the signal: beside a mongod that may start again, gain members
 * or get new passwords.
 * @throws {DatabaseInitError}; with `watch` it is said and tried again
 */
export async function runDatabaseInit(wish: DatabaseWish, options: InitTools & { watch: boolean }): Promise<void> {
  const { watch, signal, say } = options;
  let last = "";
  while (!signal.aborted) {
    let outcome = `${wish.database} is ready`;
    try {
      await initialiseDatabase(wish, options);
    } catch (error) {
      if (!watch) throw error;
      if (signal.aborted) return;
      outcome = error instanceof Error ? error.message : String(error);
    }
    if (outcome !== last) say(outcome);
    last = outcome;
    if (!watch) return;
    await pause(WATCH_PERIOD_MS, signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
