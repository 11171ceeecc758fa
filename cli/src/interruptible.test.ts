import { expect, test } from "bun:test";
import { sleep } from "./environment.ts";
import { interruptible } from "./interruptible.ts";
import type { Signal } from "./io.ts";

/** A process whose signals are sent by a test, and whose waits end at once. */
function processOfTest() {
  const listeners = new Set<(signal: Signal) => void>();
  return {
    listeners,
    signal: () => listeners.forEach((listener) => listener("SIGINT")),
    io: {
      sleep: (_: number, signal?: AbortSignal) => sleep(0, signal),
      onSignal(listener: (signal: Signal) => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
}

test("a signal breaks work off with the reason that ends the command, and is taken over no longer than the work lasts", async () => {
  const { io, listeners, signal } = processOfTest();
  const work = interruptible(io, async (aborted) => {
    signal();
    aborted.throwIfAborted();
  });
  await expect(work).rejects.toMatchObject({ message: "Interrupted.", exit: "INTERRUPTED" });
  expect(listeners.size).toBe(0);
  expect(await interruptible(io, async () => listeners.size)).toBe(1);
  expect(listeners.size).toBe(0);
});

test("work that does not end at a signal is left to the next one", async () => {
  const { io, listeners, signal } = processOfTest();
  const stuck = Promise.withResolvers<void>();
  const work = interruptible(io, () => stuck.promise);
  signal();
  expect(listeners.size).toBe(1);
  while (listeners.size > 0) await sleep(1);
  stuck.resolve();
  await work;
});
