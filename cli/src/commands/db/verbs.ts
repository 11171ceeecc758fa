import type { AnyVerb } from "../../verb.ts";
import { initVerb } from "./init.ts";
import { migrateVerb } from "./migrate.ts";

export const dbVerbs: readonly AnyVerb[] = [initVerb, migrateVerb];
