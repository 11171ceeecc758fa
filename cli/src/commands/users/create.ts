import type { Command } from "commander";
import { shellWord } from "../../output/text.ts";
import { userView } from "../../resources/users.ts";
import type { Tools } from "../../tools.ts";
import { onceAnswered } from "../../until-answered.ts";
import { readNewPassword } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface CreateOptions {
  readonly email: string;
  readonly name: string;
  readonly passwordStdin?: boolean;
}

export const createVerb: Verb<CreateOptions> = {
  usage: "create",
  summary: "Register a customer",
  examples: ['ordersctl users create --email ada@example.com --name "Ada Lovelace"'],
  configure: (command: Command) =>
    command
      .requiredOption("--email <address>", "e-mail address")
      .requiredOption("--name <name>", "name")
      .option("--password-stdin", "read the password from standard input"),
  run: createUser,
};

async function createUser({ email, name, passwordStdin = false }: CreateOptions, tools: Tools): Promise<void> {
  const password = await readNewPassword(tools, { fromStdin: passwordStdin, label: `Password of ${email}` });
  const client = await tools.session.clientWith();
  const user = await onceAnswered(() => client.users.create({ email, name, password }), {
    unknown: "It is unknown whether the user was registered",
    look: `ordersctl users get ${shellWord(email)}   (or repeat the command: it is refused if the address is taken)`,
  });
  tools.talk.done(`user ${user.id} registered`);
  tools.printer.one(user, userView);
}
