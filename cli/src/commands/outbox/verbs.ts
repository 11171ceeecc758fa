import type { AnyVerb } from "../../verb.ts";
import { listVerb } from "./list.ts";
import { retryVerb } from "./retry.ts";

/** Every verb of `ordersctl outbox`, in the order of its help. */
export const outboxVerbs: readonly AnyVerb[] = [listVerb, retryVerb];
