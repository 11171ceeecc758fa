import type { Command } from "commander";
import { usageError } from "../../errors.ts";
import { userView } from "../../resources/users.ts";
import type { Tools } from "../../tools.ts";
import { findUser } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface UpdateOptions {
  readonly user: string;
  readonly email?: string;
  readonly name?: string;
}

export const updateVerb: Verb<UpdateOptions> = {
  usage: "update <user>",
  summary: "Change the e-mail address or the name",
  examples: ['ordersctl users update ada@example.com --name "Ada King"'],
  configure: (command: Command) =>
    command.option("--email <address>", "new e-mail address").option("--name <name>", "new name"),
  run: updateUser,
};

async function updateUser({ user, email, name }: UpdateOptions, { session, printer, talk }: Tools): Promise<void> {
  if (email === undefined && name === undefined) throw usageError("Nothing to change: pass --email or --name.");
  const client = await session.client();
  const { id } = await findUser(client, user);
  const changes = { ...(email === undefined ? {} : { email }), ...(name === undefined ? {} : { name }) };
  const changed = await client.users.update(id, changes);
  talk.done(`user ${id} changed`);
  printer.one(changed, userView);
}
