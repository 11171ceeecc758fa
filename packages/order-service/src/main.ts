import { runService } from "@pos/service-kit/run-service";
import { buildOrderService } from "./app.ts";
import { environment } from "./config.ts";

await runService({ name: "order-service", environment, build: buildOrderService }, process);
