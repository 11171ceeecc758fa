import type { AnyVerb } from "../../verb.ts";
import { adjustStockVerb } from "./adjust-stock.ts";
import { createVerb } from "./create.ts";
import { deleteVerb } from "./delete.ts";
import { getVerb } from "./get.ts";
import { listVerb } from "./list.ts";
import { updateVerb } from "./update.ts";

/** Every verb of `ordersctl products`, in the order of its help. */
export const productVerbs: readonly AnyVerb[] = [
  listVerb,
  getVerb,
  createVerb,
  updateVerb,
  adjustStockVerb,
  deleteVerb,
];
