import { AuditProductList, AuditReservation, AuditReservationList } from "@pos/contracts/audit";
import { errors } from "@pos/contracts/errors";
import { ClosedObject, pageQuery } from "@pos/contracts/primitives";
import { ReservationParams } from "@pos/contracts/reservations";
import { access } from "@pos/service-kit/access";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import type { AuditService } from "./service.ts";

const PageQuery = ClosedObject(pageQuery);

/** Stock books and reservations for an auditor. */
export const auditRoutes = (audit: AuditService, verifier: TokenVerifier) =>
  new Elysia({ normalize: false, prefix: "/audit", tags: ["audit"] })
    .use(access(verifier))
    .get("/products", ({ query }) => audit.products(query), {
      access: ["admin"],
      query: PageQuery,
      detail: { summary: "Lists stock books, by product id", operationId: "auditProducts" },
      response: { 200: AuditProductList, ...errors(400, 401, 403, 500, 503) },
    })
    .get("/reservations", ({ query }) => audit.reservations(query), {
      access: ["admin"],
      query: PageQuery,
      detail: { summary: "Lists reservations, by order id", operationId: "auditReservations" },
      response: { 200: AuditReservationList, ...errors(400, 401, 403, 500, 503) },
    })
    .get("/reservations/:orderId", ({ params }) => audit.reservation(params.orderId.toLowerCase()), {
      access: ["admin"],
      params: ReservationParams,
      detail: { summary: "Reads the reservation of an order", operationId: "auditReservation" },
      response: { 200: AuditReservation, ...errors(400, 401, 403, 404, 500, 503) },
    });
