import type { AnyVerb } from "../../verb.ts";
import { buildVerb } from "./build.ts";
import { downVerb } from "./down.ts";
import { envVerb } from "./env.ts";
import { upVerb } from "./up.ts";

export const composeVerbs: readonly AnyVerb[] = [upVerb, downVerb, buildVerb, envVerb];
