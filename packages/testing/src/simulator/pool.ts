import type { RangeResult, SeedRange } from "./run-seeds.ts";

/** Threads that run ranges of seeds. */
export class Pool {
  readonly #workers: readonly Worker[];

  /** @param size threads */
  constructor(size: number) {
    this.#workers = Array.from({ length: size }, () => new Worker(new URL("./worker.ts", import.meta.url)));
  }

  /** Runs all ranges, each on the next free thread; `done` hears of each result. */
  async run(ranges: Iterable<SeedRange>, done: (result: RangeResult, range: SeedRange) => void): Promise<void> {
    const waiting = ranges[Symbol.iterator]();
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
          done(await ask(worker, next.value), next.value);
        }
      }),
    );
  }

  close(): void {
    for (const worker of this.#workers) worker.terminate();
  }
}

function ask(worker: Worker, range: SeedRange): Promise<RangeResult> {
  return new Promise((resolve, reject) => {
    const once = { once: true };
    worker.addEventListener("message", (event: MessageEvent<RangeResult>) => resolve(event.data), once);
    worker.addEventListener("error", (event) => reject(new Error(event.message)), once);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(range);
  });
}
