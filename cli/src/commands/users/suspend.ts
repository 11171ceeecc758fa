import { userView } from "../../resources/users.ts";
import type { Tools } from "../../tools.ts";
import { findUser } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface SuspendOptions {
  readonly user: string;
}

export const suspendVerb: Verb<SuspendOptions> = {
  usage: "suspend <user>",
  summary: "Block a user from signing in and ordering (asks first)",
  examples: ["ordersctl users suspend ada@example.com --yes"],
  run: ({ user }, tools) => setStatus(user, "suspended", tools),
};

export const activateVerb: Verb<SuspendOptions> = {
  usage: "activate <user>",
  summary: "Lift a suspension",
  examples: ["ordersctl users activate ada@example.com"],
  run: ({ user }, tools) => setStatus(user, "active", tools),
};

async function setStatus(user: string, status: "active" | "suspended", tools: Tools): Promise<void> {
  const client = await tools.session.client();
  const found = await findUser(client, user);
  if (status === "suspended") await tools.confirm(`Suspend ${found.email}?`);
  const changed = await client.users.changeStatus(found.id, status);
  tools.talk.done(`${changed.email} is ${status}`);
  if (!tools.printer.isForPeople) tools.printer.one(changed, userView);
}
