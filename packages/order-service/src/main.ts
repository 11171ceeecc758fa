import { runService } from "@pos/service-kit/run-service";
import { orderService } from "./app.ts";

void runService(orderService, process);
