import type { AnyVerb } from "../../verb.ts";
import { initVerb } from "./init.ts";

export const dbVerbs: readonly AnyVerb[] = [initVerb];
