import { runService } from "@pos/service-kit/run-service";
import { buildProductService } from "./app.ts";
import manifest from "../package.json" with { type: "json" };
import { environment } from "./config.ts";

void runService(
  { name: "product-service", version: manifest.version, environment, build: buildProductService },
  process,
);
