import type { AnyVerb } from "../../verb.ts";
import { activateVerb, suspendVerb } from "./suspend.ts";
import { createVerb } from "./create.ts";
import { deleteVerb } from "./delete.ts";
import { getVerb } from "./get.ts";
import { listVerb } from "./list.ts";
import { sendVerificationVerb } from "./send-verification.ts";
import { setPasswordVerb } from "./set-password.ts";
import { setRoleVerb } from "./set-role.ts";
import { updateVerb } from "./update.ts";

/** Every verb of `ordersctl users`, in the order of its help. */
export const userVerbs: readonly AnyVerb[] = [
  listVerb,
  getVerb,
  createVerb,
  updateVerb,
  sendVerificationVerb,
  setPasswordVerb,
  setRoleVerb,
  suspendVerb,
  activateVerb,
  deleteVerb,
];
