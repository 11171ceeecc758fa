import type { AnyVerb } from "../../verb.ts";
import { cancelVerb } from "./cancel.ts";
import { getVerb } from "./get.ts";
import { listVerb } from "./list.ts";
import { placeVerb } from "./place.ts";

/** Every verb of `ordersctl orders`, in the order of its help. */
export const orderVerbs: readonly AnyVerb[] = [placeVerb, listVerb, getVerb, cancelVerb];
