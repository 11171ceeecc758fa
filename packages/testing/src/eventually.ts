const WAIT_MAX_MS = 30_000;
const LOOK_EVERY_MS = 20;

/**
 * Reads until it is as a test wants it, and gives that back; by default until it is true.
 * @throws {Error} after 30 s, with what was read last
 */
export async function eventually<Value>(
  read: () => Value | Promise<Value>,
  isThere: (value: Value) => boolean = (value) => value === true,
): Promise<Value> {
  const endMs = Date.now() + WAIT_MAX_MS;
  for (;;) {
    const value = await read();
    if (isThere(value)) return value;
    if (Date.now() > endMs) throw new Error(`still ${JSON.stringify(value)} after ${WAIT_MAX_MS / 1000} s`);
    await Bun.sleep(LOOK_EVERY_MS);
  }
}
