import { defineService } from "@pos/service-kit/define-service";
import { Elysia } from "elysia";
import { version } from "../package.json" with { type: "json" };
import { auditRoutes } from "./audit/routes.ts";
import { environment } from "./config.ts";
import { layout } from "./migrations.ts";
import { productRoutes } from "./products/routes.ts";
import { reservationRoutes } from "./reservations/routes.ts";
import { createServices, type TestPorts } from "./services.ts";

export const productService = defineService<typeof environment, TestPorts>({
  name: "product-service",
  document: {
    title: "Product service",
    version,
    description: "The catalogue with its stock, and the reservations that orders take from it.",
  },
  environment,
  layout,
  wire(tools) {
    const { products, reservations, batches, audit, verifier, background } = createServices(tools);
    const features = () =>
      new Elysia({ normalize: false })
        .use(productRoutes(products, verifier))
        .use(reservationRoutes({ reservations, batches, verifier, clock: tools.clock }))
        .use(auditRoutes(audit, verifier));
    return { verifier, background, features };
  },
});
