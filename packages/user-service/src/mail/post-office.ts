import { AppError } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import type { BackgroundWork } from "@pos/service-kit/run-service";
import type { Mail, Mailer } from "./mailer.ts";

/** Finds out what to send, if anything: reads of the database and new tokens belong in here. */
export type MailJob = () => Promise<readonly Mail[]>;

/** Most jobs, with mails between two attempts, that wait; a further job is refused. */
const WAITING_MAX = 1000;
/** Waits between the attempts to send one mail, in milliseconds; after the last there is no other. */
const RETRY_AFTER_MS = [1000, 5000, 20_000] as const;

/**
 * Sends mails beside requests, one at a time, so that no answer waits for a mail server or tells by its time whether
 * there was something to send. A mail that was not accepted waits aside for its next attempt, and others go on. Mails that
 * wait when the process dies are lost: whoever misses one asks again.
 */
export class PostOffice implements BackgroundWork {
  readonly #tools: { mailer: Mailer; clock: Clock; logger: Logger };
  readonly #jobs: (() => Promise<void>)[] = [];
  readonly #pauses = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #work: Promise<void> | undefined;

  constructor(tools: { mailer: Mailer; clock: Clock; logger: Logger }) {
    this.#tools = tools;
  }

  /** @throws {AppError} SERVICE_UNAVAILABLE when too many wait */
  post(job: MailJob): void {
    if (this.#jobs.length + this.#pauses.size >= WAITING_MAX)
      throw new AppError("SERVICE_UNAVAILABLE", "Too many mails are waiting to be sent. Try again.", {
        retryAfterSeconds: 30,
      });
    this.#add(async () => {
      for (const mail of await job()) await this.#send(mail, 0);
    });
  }

  /** Like `post`, for mails that a request can do without: a full queue is logged, not thrown. */
  postOptional(job: MailJob): void {
    try {
      this.post(job);
    } catch (error) {
      this.#tools.logger.warn({ err: error }, "a mail was dropped");
    }
  }

  start(): void {
    // The work begins with the first job.
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    while (this.#work !== undefined || this.#pauses.size > 0) await Promise.all([this.#work, ...this.#pauses]);
    this.#tools.mailer.close();
  }

  #add(job: () => Promise<void>): void {
    this.#jobs.push(job);
    this.#work ??= this.#run();
  }

  async #run(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      try {
        await job();
      } catch (error) {
        this.#tools.logger.error({ err: error }, "a mail could not be written");
      }
    }
    // Not a turn later: a job that comes in between would wait for the next one.
    this.#work = undefined;
  }

  async #send(mail: Mail, failures: number): Promise<void> {
    const { mailer, clock, logger } = this.#tools;
    const { signal } = this.#stopping;
    try {
      await mailer.send(mail);
    } catch (error) {
      const waitMs = RETRY_AFTER_MS[failures];
      if (waitMs === undefined || signal.aborted)
        return logger.error({ err: error, kind: mail.kind }, "a mail was not sent");
      logger.warn({ err: error, kind: mail.kind, waitMs }, "a mail was not accepted, trying again");
      const pause = clock.sleep(waitMs, signal).then(() => {
        this.#pauses.delete(pause);
        this.#add(() => this.#send(mail, failures + 1));
      });
      this.#pauses.add(pause);
    }
  }
}
