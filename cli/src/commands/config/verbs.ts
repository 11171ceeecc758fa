import type { AnyVerb } from "../../verb.ts";
import { viewVerb } from "./view.ts";

/** Every verb of `ordersctl config`. */
export const configVerbs: readonly AnyVerb[] = [viewVerb];
