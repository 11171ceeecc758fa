/** Below those that Linux, macOS and Windows give to whoever listens anywhere or connects: nobody gets one by chance. */
const FIRST = 20_000;
const COUNT = 10_000;

/** A port of 127.0.0.1 that nobody listens on now; what listens there keeps it over restarts. */
export function freePort(): number {
  const [port = 0] = freePorts(1);
  return port;
}

/** Several of them; held together until all are found, so that they differ. */
export function freePorts(count: number): readonly number[] {
  const held = new Map<number, Held>();
  try {
    while (held.size < count) {
      const port = FIRST + Math.floor(Math.random() * COUNT);
      const listener = hold(port);
      if (listener !== undefined) held.set(port, listener);
    }
    return [...held.keys()];
  } finally {
    for (const listener of held.values()) listener.stop(true);
  }
}

/** Whether nobody listens on a port of 127.0.0.1 now, and this process may. */
export function isFree(port: number): boolean {
  try {
    const listener = hold(port);
    listener?.stop(true);
    return listener !== undefined;
  } catch {
    return false;
  }
}

interface Held {
  stop(closesActive: boolean): void;
}

/** Undefined when somebody else listens there. */
function hold(port: number): Held | undefined {
  try {
    return Bun.listen({ hostname: "127.0.0.1", port, exclusive: true, socket: { data() {} } });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return undefined;
    throw error;
  }
}
