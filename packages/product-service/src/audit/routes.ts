import { AuditProductList, AuditReservation, AuditReservationList } from "@pos/contracts/audit";
import { errors } from "@pos/contracts/errors";
import { ClosedObject, pageQuery } from "@pos/contracts/primitives";
import { ReservationParams } from "@pos/contracts/reservations";
import { access } from "@pos/service-kit/access";
import { notFound } from "@pos/service-kit/app-error";
import { cutPage, readPage } from "@pos/service-kit/pagination";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import type { AuditRepository } from "./repository.ts";

const PageQuery = ClosedObject(pageQuery);
/** Pages of an audit go by id alone. */
const byId = (id: string) => ({ createdAtMs: 0, id });

/** What `ordersctl audit` reads to decide whether stock and reservations agree. */
export const auditRoutes = (audit: AuditRepository, verifier: TokenVerifier) =>
  new Elysia({ normalize: false, prefix: "/audit", tags: ["audit"] })
    .use(access(verifier))
    .get(
      "/products",
      async ({ query }) => {
        const page = readPage(query);
        const { items, nextCursor } = cutPage(await audit.products(page), page.limit, ({ id }) => byId(id));
        return { products: [...items], ...(nextCursor === undefined ? {} : { nextCursor }) };
      },
      {
        access: ["admin"],
        query: PageQuery,
        detail: { summary: "Stock books, by product id", operationId: "auditProducts" },
        response: { 200: AuditProductList, ...errors(400, 401, 403, 500, 503) },
      },
    )
    .get(
      "/reservations",
      async ({ query }) => {
        const page = readPage(query);
        const found = await audit.reservations(page);
        const { items, nextCursor } = cutPage(found, page.limit, ({ orderId }) => byId(orderId));
        return { reservations: [...items], ...(nextCursor === undefined ? {} : { nextCursor }) };
      },
      {
        access: ["admin"],
        query: PageQuery,
        detail: { summary: "Reservations, by order id", operationId: "auditReservations" },
        response: { 200: AuditReservationList, ...errors(400, 401, 403, 500, 503) },
      },
    )
    .get(
      "/reservations/:orderId",
      async ({ params }) => {
        const orderId = params.orderId.toLowerCase();
        const found = await audit.reservation(orderId);
        if (found === undefined) throw notFound("reservation", orderId);
        return found;
      },
      {
        access: ["admin"],
        params: ReservationParams,
        detail: { summary: "The reservation of an order", operationId: "auditReservation" },
        response: { 200: AuditReservation, ...errors(400, 401, 403, 404, 500, 503) },
      },
    );
