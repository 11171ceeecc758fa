import { runService } from "@pos/service-kit/run-service";
import { userService } from "./app.ts";

void runService(userService, process);
