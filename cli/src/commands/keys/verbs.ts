import type { AnyVerb } from "../../verb.ts";
import { listVerb } from "./list.ts";
import { rotateVerb } from "./rotate.ts";

/** Every verb of `ordersctl keys`, in the order of its help. */
export const keyVerbs: readonly AnyVerb[] = [listVerb, rotateVerb];
