import type { Tools } from "../../tools.ts";
import { findUser } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface DeleteOptions {
  readonly user: string;
}

export const deleteVerb: Verb<DeleteOptions> = {
  usage: "delete <user>",
  summary: "Delete a user's data; the orders stay (asks first)",
  description:
    "Deletes the user's name, addresses and sessions. Their orders stay; the id in them then belongs to nobody.",
  examples: ["ordersctl users delete ada@example.com --yes"],
  run: deleteUser,
};

async function deleteUser({ user }: DeleteOptions, tools: Tools): Promise<void> {
  const client = await tools.session.client();
  const found = await findUser(client, user);
  await tools.confirm(`Delete the data of ${found.email} (${found.name})? This cannot be undone.`);
  await client.users.delete(found.id);
  tools.talk.done(`user ${found.id} was deleted`);
}
