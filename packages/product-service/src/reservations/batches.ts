import type { ReservationCommand, ReservationCommandResult } from "@pos/contracts/reservations";
import { answerOf, envelopeOf, refusalOf } from "@pos/service-kit/error-answer";
import { flatLog, type Logger } from "@pos/service-kit/logger";
import type { Refusal } from "@pos/service-kit/request-context";
import { currentScope, traceIdOf } from "@pos/service-kit/scope";
import type { Telemetry } from "@pos/service-kit/telemetry";
import type { Caller, ReservationService } from "./service.ts";

/** What batches need. */
export interface BatchTools {
  readonly reservations: Pick<ReservationService, "reserve" | "move">;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

/**
 * Commands of several orders that came in one request. Each is carried out on its own, in the trace of its own order,
 * and writes the log line that a request of its own would have written.
 */
export class ReservationBatches {
  readonly #tools: BatchTools;
  readonly #log: ReturnType<typeof flatLog>;

  constructor(tools: BatchTools) {
    this.#tools = tools;
    this.#log = flatLog(tools.logger, "reservation");
  }

  /** @returns one result for each command, in the same order */
  carryOut(commands: readonly ReservationCommand[], caller: Caller): Promise<ReservationCommandResult[]> {
    const { telemetry } = this.#tools;
    return Promise.all(
      commands.map((command) => {
        const { orderId, requestId, traceparent } = command;
        const task = { name: `${command.command} stock`, requestId, traceparent, attributes: { "order.id": orderId } };
        return telemetry.perform(task, () => this.#one(command, caller));
      }),
    );
  }

  async #one(command: ReservationCommand, caller: Caller): Promise<ReservationCommandResult> {
    const startedAt = performance.now();
    const { result, refusal } = await this.#carryOut(command, caller);
    const scope = currentScope();
    if (refusal !== undefined) scope?.span?.set({ "error.type": refusal.code });
    this.#log({
      requestId: scope?.requestId,
      traceId: traceIdOf(scope?.traceparent),
      command: command.command,
      orderId: command.orderId,
      ...refusal,
      durationMs: Math.round((performance.now() - startedAt) * 100) / 100,
    });
    return result;
  }

  async #carryOut(command: ReservationCommand, caller: Caller): Promise<CarriedOut> {
    const { reservations, logger } = this.#tools;
    const orderId = command.orderId.toLowerCase();
    try {
      if (command.command === "reserve")
        return { result: { reservation: await reservations.reserve(orderId, command, caller) } };
      return { result: { moved: await reservations.move(command.command, { orderId, rid: command.rid }, caller) } };
    } catch (thrown) {
      const { error, isBug } = answerOf(thrown, { method: "POST", allowed: [] });
      if (isBug) logger.error({ code: error.code, err: error.cause ?? error }, error.message);
      return { result: envelopeOf(error), refusal: refusalOf(error) };
    }
  }
}

/** The outcome of a command, and for the log why it was not carried out. */
interface CarriedOut {
  readonly result: ReservationCommandResult;
  readonly refusal?: Refusal;
}
