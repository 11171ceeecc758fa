import { runService } from "@pos/service-kit/run-service";
import { buildOrderService } from "./app.ts";
import manifest from "../package.json" with { type: "json" };
import { environment } from "./config.ts";

void runService({ name: "order-service", version: manifest.version, environment, build: buildOrderService }, process);
