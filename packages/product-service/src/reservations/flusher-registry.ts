import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import type { BackgroundWork } from "@pos/service-kit/run-service";
import type { FlusherRepository, FlusherSessions, LostFlusher } from "./flusher-repository.ts";

/** Interval at which a process writes its heartbeat and looks for dead ones, in milliseconds: an idle one as well. */
const HEARTBEAT_MS = 1000;
/** After how long without a heartbeat a process's transactions are ended, in milliseconds. */
const FLUSHER_LOST_AFTER_MS = 3000;

/**
 * Keeps a killed process from freezing its products: a transaction that nobody ends holds them until the database's own
 * limit. Each process stores its sessions and a heartbeat; any process that sees one 3 s old ends those sessions.
 * Ending the sessions of a process that is alive does no harm: its work is repeated.
 */
export class FlusherRegistry implements BackgroundWork {
  readonly #flushers: FlusherRepository;
  readonly #instance = crypto.randomUUID();
  readonly #tools: { sessions: () => FlusherSessions; clock: Clock; logger: Logger };
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #hasWarned = false;

  /** @param tools `sessions` names those that this process writes stock on */
  constructor(flushers: FlusherRepository, tools: { sessions: () => FlusherSessions; clock: Clock; logger: Logger }) {
    this.#flushers = flushers;
    this.#tools = tools;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#running === undefined) return;
    await this.#running;
    await this.#flushers.forget(this.#instance).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { clock, logger, sessions } = this.#tools;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#flushers.beat(this.#instance, sessions());
        for (const lost of await this.#flushers.lost(FLUSHER_LOST_AFTER_MS)) await this.#endLost(lost);
      } catch (error) {
        // The database is down: requests report it, and the next round tries again.
        logger.debug({ err: error }, "no heartbeat");
      }
      await clock.sleep(HEARTBEAT_MS, this.#stopping.signal);
    }
  }

  async #endLost({ instance, sessionIds, heartbeatAt }: LostFlusher): Promise<void> {
    const { logger } = this.#tools;
    try {
      await this.#flushers.endSessions(sessionIds);
      logger.info({ instance }, "ended the transaction of a process that is gone");
    } catch (error) {
      if (!this.#hasWarned) {
        this.#hasWarned = true;
        const message = "may not end the transaction of a process that is gone: the database's own limit ends it later";
        logger.warn({ instance, err: error }, message);
      }
    }
    await this.#flushers.forget(instance, heartbeatAt);
  }
}
