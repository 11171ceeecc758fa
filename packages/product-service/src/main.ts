import { runService } from "@pos/service-kit/run-service";
import { buildProductService } from "./app.ts";
import { environment } from "./config.ts";

await runService({ name: "product-service", environment, build: buildProductService }, process);
