import type { AnyVerb } from "../../verb.ts";
import { secretsVerb } from "./secrets.ts";

export const k8sVerbs: readonly AnyVerb[] = [secretsVerb];
