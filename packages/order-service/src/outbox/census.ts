import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import type { BackgroundWork } from "@pos/service-kit/run-service";
import { periodic } from "../background/periodic.ts";
import type { OutboxState } from "../measurements.ts";

const CENSUS_EVERY_MS = 5000;

/** Looks at the outbox now and then, so that whoever reads the measurements waits for no database. */
export class OutboxCensus implements BackgroundWork {
  readonly #rounds: BackgroundWork;
  #state: OutboxState | undefined;

  constructor(entries: { census(now: Date): Promise<OutboxState> }, tools: { clock: Clock; logger: Logger }) {
    const round = async () => {
      try {
        this.#state = await entries.census(new Date(tools.clock.now()));
      } catch (error) {
        // An old number would look like news.
        this.#state = undefined;
        throw error;
      }
    };
    this.#rounds = periodic({ name: "outbox census", periodMs: CENSUS_EVERY_MS, round }, tools);
  }

  /** What the outbox held at the last look; undefined when that failed. */
  get state(): OutboxState | undefined {
    return this.#state;
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }
}
