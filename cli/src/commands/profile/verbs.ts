import type { AnyVerb } from "../../verb.ts";
import { deleteVerb } from "./delete.ts";
import { listVerb } from "./list.ts";
import { setVerb } from "./set.ts";
import { useVerb } from "./use.ts";

/** Every verb of `ordersctl profile`, in the order of its help. */
export const profileVerbs: readonly AnyVerb[] = [listVerb, useVerb, setVerb, deleteVerb];
