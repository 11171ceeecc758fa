import { runService } from "@pos/service-kit/run-service";
import { buildUserService } from "./app.ts";
import { environment } from "./config.ts";

await runService({ name: "user-service", environment, build: buildUserService }, process);
