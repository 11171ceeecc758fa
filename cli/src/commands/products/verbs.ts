import type { AnyVerb } from "../../verb.ts";
import { getVerb } from "./get.ts";
import { listVerb } from "./list.ts";

/** Every verb of `ordersctl products`, in the order of its help. */
export const productVerbs: readonly AnyVerb[] = [listVerb, getVerb];
