import { AuditListQuery, AuditOrder, AuditOrderList } from "@pos/contracts/audit";
import { errors } from "@pos/contracts/errors";
import { OrderParams } from "@pos/contracts/orders";
import { access } from "@pos/service-kit/access";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import type { AuditService } from "./service.ts";

/** What an auditor reads: for administrators. */
export const auditRoutes = (audit: AuditService, verifier: TokenVerifier) =>
  new Elysia({ normalize: false, prefix: "/audit/orders", tags: ["audit"] })
    .use(access(verifier))
    .get("", ({ query }) => audit.list(query), {
      access: ["admin"],
      query: AuditListQuery,
      detail: { summary: "Lists orders and tombstones with their outbox, by id", operationId: "auditOrders" },
      response: { 200: AuditOrderList, ...errors(400, 401, 403, 500, 503) },
    })
    .get("/:id", ({ params }) => audit.get(params.id.toLowerCase()), {
      access: ["admin"],
      params: OrderParams,
      detail: { summary: "Reads an order or tombstone with its outbox", operationId: "auditOrder" },
      response: { 200: AuditOrder, ...errors(400, 401, 403, 404, 500, 503) },
    });
