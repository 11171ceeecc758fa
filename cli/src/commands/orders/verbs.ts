import type { AnyVerb } from "../../verb.ts";
import { cancelVerb } from "./cancel.ts";
import { getVerb } from "./get.ts";
import { historyVerb } from "./history.ts";
import { listVerb } from "./list.ts";
import { placeVerb } from "./place.ts";
import { setStatusVerb } from "./set-status.ts";
import { watchVerb } from "./watch.ts";

/** Every verb of `ordersctl orders`, in the order of its help. */
export const orderVerbs: readonly AnyVerb[] = [
  placeVerb,
  listVerb,
  getVerb,
  historyVerb,
  watchVerb,
  setStatusVerb,
  cancelVerb,
];
