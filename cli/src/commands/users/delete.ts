import type { Tools } from "../../tools.ts";
import { findUser } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface DeleteOptions {
  readonly user: string;
}

export const deleteVerb: Verb<DeleteOptions> = {
  usage: "delete <user>",
  summary: "Erase a user's data (asks first)",
  description: "Erases name, address and sessions of a user. The orders stay, under an id that belongs to nobody.",
  examples: ["ordersctl users delete ada@example.com --yes"],
  run: deleteUser,
};

async function deleteUser({ user }: DeleteOptions, tools: Tools): Promise<void> {
  const client = await tools.session.client();
  const found = await findUser(client, user);
  await tools.confirm(`Erase ${found.email} (${found.name})? This cannot be undone.`);
  await client.users.delete(found.id);
  tools.talk.done(`user ${found.id} is erased`);
}
