import { defineService } from "@pos/service-kit/define-service";
import { Elysia } from "elysia";
import { version } from "../package.json" with { type: "json" };
import { auditRoutes } from "./audit/routes.ts";
import { environment } from "./config.ts";
import { layout } from "./migrations.ts";
import { orderRoutes } from "./orders/routes.ts";
import { outboxRoutes } from "./outbox/routes.ts";
import { createServices } from "./services.ts";

export const orderService = defineService({
  name: "order-service",
  document: {
    title: "Order service",
    version,
    description: "Placing orders, their status and their history.",
  },
  environment,
  layout,
  wire(tools) {
    const { orders, outbox, audit, verifier, background } = createServices(tools);
    const features = () =>
      new Elysia({ normalize: false })
        .use(orderRoutes(orders, verifier))
        .use(outboxRoutes(outbox, verifier))
        .use(auditRoutes(audit, verifier));
    return { verifier, background, features };
  },
});
