import { OutboxEntryParams, OutboxList, OutboxListQuery } from "@pos/contracts/audit";
import { errors } from "@pos/contracts/errors";
import { ClosedObject, NoBody } from "@pos/contracts/primitives";
import { access } from "@pos/service-kit/access";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import type { OutboxService } from "./service.ts";

/** Messages to product-service that are not delivered yet: for administrators. */
export const outboxRoutes = (outbox: OutboxService, verifier: TokenVerifier) =>
  new Elysia({ normalize: false, prefix: "/outbox", tags: ["outbox"] })
    .use(access(verifier))
    .get("", ({ query }) => outbox.list(query), {
      access: ["admin"],
      query: OutboxListQuery,
      detail: { summary: "Lists undelivered and dead outbox messages, by order id", operationId: "listOutbox" },
      response: { 200: OutboxList, ...errors(400, 401, 403, 500, 503) },
    })
    .post(
      "/:orderId/:entryId/retry",
      async ({ params, set }) => {
        await outbox.retry(params.orderId.toLowerCase(), params.entryId);
        set.status = 204;
      },
      {
        access: ["admin"],
        params: OutboxEntryParams,
        body: ClosedObject({}, { title: "RetryOutboxEntry" }),
        detail: { summary: "Retries an outbox message", operationId: "retryOutboxEntry" },
        response: { 204: NoBody("It is retried now"), ...errors(400, 401, 403, 404, 413, 415, 500, 503) },
      },
    );
