import { runService } from "@pos/service-kit/run-service";
import { productService } from "./app.ts";

void runService(productService, process);
