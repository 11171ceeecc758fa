import { errors } from "@pos/contracts/errors";
import { DEADLINE_MAX_MS } from "@pos/contracts/limits";
import {
  DEADLINE_HEADER,
  MoveReservation,
  MoveReservationResult,
  Reservation,
  ReservationBatch,
  ReservationBatchResult,
  ReservationList,
  ReservationListQuery,
  ReservationParams,
  ReserveItems,
} from "@pos/contracts/reservations";
import { access } from "@pos/service-kit/access";
import { invalidField } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import type { RequestContext } from "@pos/service-kit/request-context";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { ReservationBatches } from "./batches.ts";
import type { Caller, ReservationService } from "./service.ts";

const deadline = Type.Object({
  [DEADLINE_HEADER]: Type.Optional(
    Type.String({ description: `How long the caller will wait, in milliseconds, at most ${DEADLINE_MAX_MS}` }),
  ),
});

/** What the routes work with. */
export interface ReservationRouteTools {
  readonly reservations: ReservationService;
  readonly batches: ReservationBatches;
  readonly verifier: TokenVerifier;
  readonly clock: Clock;
}

/** Stock taken for orders: for order-service alone. */
export const reservationRoutes = ({ reservations, batches, verifier, clock }: ReservationRouteTools) => {
  const move = (command: "confirm" | "release" | "settle") =>
    new Elysia({ normalize: false })
      .use(access(verifier))
      .post(
        `/:orderId/${command}`,
        ({ params, body, headers, context }) =>
          reservations.move(
            command,
            { orderId: params.orderId.toLowerCase(), rid: body.rid },
            callerOf(context, headers[DEADLINE_HEADER], clock),
          ),
        {
          access: ["service"],
          params: ReservationParams,
          headers: deadline,
          body: MoveReservation,
          detail: { summary: moveSummaries[command], operationId: `${command}Reservation` },
          response: { 200: MoveReservationResult, ...errors(400, 401, 403, 413, 415, 500, 503) },
        },
      );
  return new Elysia({ normalize: false, prefix: "/reservations", tags: ["reservations"] })
    .use(access(verifier))
    .put(
      "/:orderId",
      ({ params, body, headers, context }) =>
        reservations.reserve(params.orderId.toLowerCase(), body, callerOf(context, headers[DEADLINE_HEADER], clock)),
      {
        access: ["service"],
        params: ReservationParams,
        headers: deadline,
        body: ReserveItems,
        detail: { summary: "Reserves stock for an order, all lines or none", operationId: "reserve" },
        response: { 200: Reservation, ...errors(400, 401, 403, 409, 413, 415, 422, 500, 503) },
      },
    )
    .post(
      "/batch",
      async ({ body, headers, context }) => ({
        results: await batches.carryOut(body.commands, callerOf(context, headers[DEADLINE_HEADER], clock)),
      }),
      {
        access: ["service"],
        headers: deadline,
        body: ReservationBatch,
        detail: { summary: "Carries out commands of several orders, each on its own", operationId: "reservationBatch" },
        response: { 200: ReservationBatchResult, ...errors(400, 401, 403, 413, 415, 500, 503) },
      },
    )
    .use(move("confirm"))
    .use(move("release"))
    .use(move("settle"))
    .get("", ({ query }) => reservations.list(query), {
      access: ["service"],
      query: ReservationListQuery,
      detail: { summary: "Lists reservations, oldest first", operationId: "listReservations" },
      response: { 200: ReservationList, ...errors(400, 401, 403, 500, 503) },
    });
};

const moveSummaries = {
  confirm: "Confirms a hold: its order exists",
  release: "Releases a reservation: its order was cancelled or will never exist",
  settle: "Settles a reservation: its order has left pending, so its units no longer count towards the user's limit",
};

/** @throws {AppError} VALIDATION_ERROR when the header is no whole number of milliseconds */
function callerOf(context: RequestContext, header: string | undefined, clock: Clock): Caller {
  if (header !== undefined && !/^\d{1,9}$/.test(header))
    throw invalidField("headers", DEADLINE_HEADER, "must be a whole number of milliseconds");
  const waitMs = Math.min(header === undefined ? DEADLINE_MAX_MS : Number(header), DEADLINE_MAX_MS);
  const elapsedMs = performance.now() - context.startedAt;
  return { deadlineAtMs: clock.now() + waitMs - elapsedMs };
}
