import type {
  MoveReservationResult,
  Reservation,
  ReservationList,
  ReservationListQuery,
  ReserveItems,
} from "@pos/contracts/reservations";
import { invalidField } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import { endPage, readPage } from "@pos/service-kit/pagination";
import type { BackgroundWork } from "@pos/service-kit/run-service";
import { currentScope } from "@pos/service-kit/scope";
import { reservationForm, reservationOf } from "./documents.ts";
import { type BatchStore, groupCommit } from "./group-commit.ts";
import { Lane } from "./lane.ts";
import type { ReservationMeasurements } from "./measurements.ts";
import type { Job, MoveCommand, Outcome } from "./protocol.ts";
import { refusalOf } from "./refusals.ts";
import type { ConfirmJob, ConfirmOutcome, ListedReservation, ReservationRepository } from "./repository.ts";

/** Limits of the queues. */
export interface ReservationLimits {
  /** Jobs that wait at most; one more is 503. */
  readonly queueMax: number;
  /** Jobs of one transaction at most. */
  readonly batchMax: number;
  /** Reserved lines of one transaction at most, so that it ends well within the database's limit. */
  readonly linesMax: number;
}

const defaultLimits: ReservationLimits = { queueMax: 5000, batchMax: 200, linesMax: 2000 };

/** What the service works with. */
export interface ReservationTools {
  readonly batches: BatchStore;
  readonly reservations: ReservationRepository;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly measurements: ReservationMeasurements;
  readonly limits?: Partial<ReservationLimits>;
}

/** The caller's deadline (milliseconds since the epoch). */
export interface Caller {
  readonly deadlineAtMs: number;
}

/**
 * Reservations: everything that moves stock goes through one queue per process, whose batches are one transaction each.
 * Confirms move none and have a queue of their own. Ids are given in lower case.
 */
export class ReservationService implements BackgroundWork {
  readonly #lane: Lane<Job, Outcome>;
  readonly #confirms: Lane<ConfirmJob, ConfirmOutcome>;
  readonly #reservations: ReservationRepository;
  readonly #logger: Logger;
  readonly #measurements: ReservationMeasurements;

  constructor({ batches, reservations, clock, logger, measurements, limits }: ReservationTools) {
    const { queueMax, batchMax, linesMax } = { ...defaultLimits, ...limits };
    this.#reservations = reservations;
    this.#logger = logger;
    this.#measurements = measurements;
    this.#lane = new Lane<Job, Outcome>({
      name: "group commit",
      clock,
      queueMax,
      batchMax,
      weightMax: linesMax,
      weightOf: (job) => (job.kind === "reserve" ? job.items.length : 1),
      carryOut: measurements.timed(groupCommit(measurements.counted(batches), clock)),
    });
    this.#confirms = new Lane<ConfirmJob, ConfirmOutcome>({
      name: "confirm reservations",
      clock,
      queueMax,
      batchMax,
      weightMax: batchMax,
      weightOf: () => 1,
      async carryOut(entries) {
        const outcomes = await reservations.confirm(entries.map(({ job }) => job));
        for (const [index, entry] of entries.entries())
          entry.resolve(outcomes[index] ?? { state: "none", alarm: undefined });
      },
    });
    measurements.watchQueues({ stock: () => this.#lane.waiting, confirms: () => this.#confirms.waiting });
  }

  /** Work begins with the first job. */
  start(): void {}

  async stop(): Promise<void> {
    await Promise.all([this.#lane.close(), this.#confirms.close()]);
  }

  /**
   * Takes stock for all items or none; a repeated call answers the reservation as it is now.
   * @throws {AppError} UNKNOWN_PRODUCT, INSUFFICIENT_STOCK, PENDING_LIMIT, IDEMPOTENCY_KEY_REUSED, SERVICE_UNAVAILABLE
   */
  async reserve(orderId: string, { userId, fingerprint, items }: ReserveItems, caller: Caller): Promise<Reservation> {
    const lines = items.map((item) => ({ ...item, productId: item.productId.toLowerCase() }));
    if (new Set(lines.map(({ productId }) => productId)).size < lines.length)
      throw invalidField("body", "items", "must name each product once");
    const { traceparent } = currentScope() ?? {};
    const facts = { orderId, userId: userId.toLowerCase(), fingerprint, items: lines, traceparent };
    const outcome = await this.#lane.submit({ kind: "reserve", ...facts }, caller.deadlineAtMs);
    this.#measurements.reserved(outcome);
    if (outcome.kind === "reservation") return reservationOf(outcome.reservation);
    throw refusalOf(outcome);
  }

  /** Confirms, releases or settles; what is done already, or is not the token's, changes nothing. */
  async move(command: MoveCommand, job: ConfirmJob, caller: Caller): Promise<MoveReservationResult> {
    const { state, alarm } = await this.#submitMove(command, job, caller.deadlineAtMs);
    if (alarm !== undefined) {
      this.#measurements.violated();
      this.#logger.error({ alarm: true, orderId: job.orderId, state }, alarm);
    }
    return { orderId: job.orderId, state };
  }

  /** @throws {AppError} VALIDATION_ERROR for a foreign cursor */
  async list(query: ReservationListQuery): Promise<ReservationList> {
    const page = readPage(query);
    const found = await this.#reservations.list(page, { state: query.state, olderThanMs: query.olderThanMs });
    const { items, nextCursor } = endPage(found, positionOf);
    const { whole, broken = [] } = reservationForm.part(
      items.map(({ id, read }) => ({ id, view: () => reservationOf(read()) })),
    );
    // A document that was edited by hand must not hide all others from the reaper.
    for (const { id: orderId, problems } of broken)
      this.#logger.error({ orderId, problems }, "a reservation is not as this service writes it: lists leave it out");
    return { reservations: whole, ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  async #submitMove(command: MoveCommand, job: ConfirmJob, deadlineAtMs: number): Promise<ConfirmOutcome> {
    if (command === "confirm") return this.#confirms.submit(job, deadlineAtMs);
    const outcome = await this.#lane.submit({ kind: command, ...job }, deadlineAtMs);
    if (outcome.kind !== "moved") throw new Error(`a ${command} came to ${outcome.kind}`);
    return outcome;
  }
}

/** Those without a time come before all that have one. */
const positionOf = ({ cursorId, createdAt }: ListedReservation) => ({
  createdAtMs: createdAt instanceof Date ? createdAt.getTime() : 0,
  id: cursorId,
});
