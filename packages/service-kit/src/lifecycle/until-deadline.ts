import type { Clock } from "./clock.ts";

/** How often deadlines are looked at, in milliseconds: one timer for all costs less than one for each. */
const SWEEP_MS = 25;

/**
 * Waits for an answer until a deadline, or at most 25 ms longer.
 * @param late what is answered when the deadline passes first, or a rejection; the work itself goes on unwatched
 */
export function untilDeadline<Value>(
  work: Promise<Value>,
  { deadlineAtMs, clock, late }: { deadlineAtMs: number; clock: Clock; late: () => Value | Promise<Value> },
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const watch = watchOf(clock);
    const watched = { deadlineAtMs, expire: () => resolve(late()) };
    watch.add(watched);
    work.then(
      (value) => {
        watch.remove(watched);
        resolve(value);
      },
      (error: unknown) => {
        watch.remove(watched);
        // What the work fails with is passed on as it is.
        reject(error);
      },
    );
  });
}

interface Watched {
  readonly deadlineAtMs: number;
  expire(): void;
}

/** Looks at all deadlines of one clock while there are any. */
class Watch {
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  #isSweeping = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(watched: Watched): void {
    this.#watched.add(watched);
    if (!this.#isSweeping) void this.#sweep();
  }

  remove(watched: Watched): void {
    this.#watched.delete(watched);
  }

  async #sweep(): Promise<void> {
    this.#isSweeping = true;
    while (this.#watched.size > 0) {
      await this.#clock.sleep(SWEEP_MS);
      const now = this.#clock.now();
      for (const watched of this.#watched) {
        if (watched.deadlineAtMs > now) continue;
        this.#watched.delete(watched);
        watched.expire();
      }
    }
    this.#isSweeping = false;
  }
}

const watches = new WeakMap<Clock, Watch>();

function watchOf(clock: Clock): Watch {
  let watch = watches.get(clock);
  if (watch === undefined) {
    watch = new Watch(clock);
    watches.set(clock, watch);
  }
  return watch;
}
