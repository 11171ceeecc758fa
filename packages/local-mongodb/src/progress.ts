/** Takes one finished line of text, without a line end. */
export type Log = (line: string) => void;

const HEARTBEAT_MS = 2_000;

/**
 * Says what begins, and says every 2 s that it still goes on, so that nobody takes a long wait for a hang.
 * @param detail what to add to each further line, such as the megabytes so far
 */
export async function withHeartbeat<T>(
  log: Log,
  what: string,
  work: () => Promise<T>,
  detail: () => string = () => "",
): Promise<T> {
  log(`${what} …`);
  const started = performance.now();
  const timer = setInterval(() => {
    log(`${what} … ${Math.round((performance.now() - started) / 1000)} s${detail()}`);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
