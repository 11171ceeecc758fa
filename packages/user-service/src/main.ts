import { runService } from "@pos/service-kit/run-service";
import { buildUserService } from "./app.ts";
import manifest from "../package.json" with { type: "json" };
import { environment } from "./config.ts";

void runService({ name: "user-service", version: manifest.version, environment, build: buildUserService }, process);
