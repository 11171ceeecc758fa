import type { Command } from "commander";
import type { Tools } from "../../tools.ts";
import { findUser, readPassword } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface SendVerificationOptions {
  readonly user: string;
  readonly passwordStdin?: boolean;
}

export const sendVerificationVerb: Verb<SendVerificationOptions> = {
  usage: "send-verification <user>",
  summary: "Mail a token that verifies a user's e-mail address",
  description: `Mails a token that verifies the user's current e-mail address. Once it is used, password resets go there. Asks for
your own password. For a user who lost both password and mailbox, run update --email first.`,
  examples: ["ordersctl users send-verification ada@example.com"],
  configure: (command: Command) => command.option("--password-stdin", "read your password from standard input"),
  run: sendVerification,
};

async function sendVerification({ user, passwordStdin = false }: SendVerificationOptions, tools: Tools): Promise<void> {
  const client = await tools.session.client();
  const { id, email } = await findUser(client, user);
  const password = await readPassword(tools, { fromStdin: passwordStdin, label: "Your password" });
  await client.users.requestEmailVerification(id, password);
  tools.talk.done(`a verification mail was sent to ${email}`);
}
