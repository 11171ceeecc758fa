import { join } from "node:path";
import { environment as orderEnvironment } from "@pos/order-service/config";
import { environment as productEnvironment } from "@pos/product-service/config";
import { environment as userEnvironment } from "@pos/user-service/config";
import { commandOptions } from "@pos/command-options";
import { startStack } from "../stack.ts";
import { type OpenApi, resolved } from "./document.ts";
import { apiPage, type PageFacts } from "./page.ts";

const USAGE = `Usage: bun run docs [--check]
Writes docs/api/<service>.md from the services' OpenAPI documents.

  --check   write nothing, and exit with 1 when a page is stale`;

const facts: Record<"user" | "product" | "order", PageFacts> = {
  user: { port: 3001, calls: "This service calls no other.", environment: userEnvironment },
  product: {
    port: 3002,
    calls: "It reads the public keys of user-service (`GET /.well-known/jwks.json`) and calls nothing else.",
    environment: productEnvironment,
  },
  order: {
    port: 3003,
    calls: [
      "To place an order it makes two calls in parallel:",
      "",
      "| call | why |",
      "|---|---|",
      "| `POST /users/lookup` at user-service | whether the user exists and the account is active; one call serves several placements |",
      "| `POST /reservations/batch` at product-service, a hold for each order | reserves the stock of all lines or none, and returns names and prices; one call serves several placements |",
      "",
      "Confirms, the outbox relay's releases and settlements, and the reaper's decisions go through `POST /reservations/batch` too; the reaper finds holds left behind with `GET /reservations`. The service gets its own token from `POST /auth/token` and the public keys from `GET /.well-known/jwks.json`. [Placement](../placement.md) explains the protocol.",
    ].join("\n"),
    environment: orderEnvironment,
  },
};
const { check: isCheck } = commandOptions(USAGE, { check: { type: "boolean", default: false } });
const folder = join(import.meta.dir, "../../../../docs/api");
const stack = await startStack();
let stale = 0;
for (const name of ["user", "product", "order"] as const) {
  const document = resolved((await (await fetch(`${stack.urls[name]}/swagger/json`)).json()) as OpenApi);
  const file = join(folder, `${name}-service.md`);
  const page = apiPage(document, facts[name]);
  const isFresh = (await Bun.file(file).exists()) && (await Bun.file(file).text()) === page;
  if (isCheck && !isFresh) console.log(`docs/api/${name}-service.md is stale: bun run docs`);
  if (!isFresh) stale++;
  if (!isCheck) await Bun.write(file, page);
}
await stack.stop();
process.exit(isCheck && stale > 0 ? 1 : 0);
