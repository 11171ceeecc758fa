import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import type { BackgroundWork } from "@pos/service-kit/run-service";

/** Work that is done again and again until the service stops. */
export interface Rounds {
  /** Stands in the log when a round fails. */
  readonly name: string;
  readonly periodMs: number;
  /** One round; it ends early when the signal aborts. */
  round(signal: AbortSignal): Promise<void>;
}

/** Runs rounds one after another with a pause between them, between half and all of the period so that replicas spread. */
export function periodic({ name, periodMs, round }: Rounds, tools: { clock: Clock; logger: Logger }): BackgroundWork {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const loop = async () => {
    while (!stopping.signal.aborted) {
      try {
        await round(stopping.signal);
      } catch (error) {
        tools.logger.warn({ err: error }, `a round of the ${name} failed`);
      }
      await tools.clock.sleep(periodMs * (0.5 + Math.random() / 2), stopping.signal);
    }
  };
  return {
    start() {
      running ??= loop();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
