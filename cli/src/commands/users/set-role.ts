import { usageError } from "../../errors.ts";
import { userView } from "../../resources/users.ts";
import type { Tools } from "../../tools.ts";
import { findUser } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface SetRoleOptions {
  readonly user: string;
  readonly role: string;
}

export const setRoleVerb: Verb<SetRoleOptions> = {
  usage: "set-role <user> <role>",
  summary: "Make somebody an administrator, or a customer again",
  examples: ["ordersctl users set-role ada@example.com admin"],
  run: setRole,
};

async function setRole({ user, role }: SetRoleOptions, { session, printer, talk }: Tools): Promise<void> {
  if (role !== "admin" && role !== "customer") throw usageError(`"${role}" is not a role; use admin or customer.`);
  const client = await session.client();
  const found = await findUser(client, user);
  const changed = await client.users.changeRole(found.id, role);
  talk.done(`${changed.email} is ${role === "admin" ? "an administrator" : "a customer"} now`);
  if (!printer.isForPeople) printer.one(changed, userView);
}
