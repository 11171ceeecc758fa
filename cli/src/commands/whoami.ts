import type { Command } from "commander";
import { CliError } from "../errors.ts";
import { userView } from "../resources/users.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface WhoamiOptions {
  readonly showToken?: boolean;
}

export const whoamiVerb: Verb<WhoamiOptions> = {
  usage: "whoami",
  summary: "Show who is signed in",
  examples: ["ordersctl whoami", 'curl -H "Authorization: Bearer $(ordersctl whoami --show-token)" …'],
  configure: (command: Command) => command.option("--show-token", "print the access token instead (it is a secret)"),
  run: runWhoami,
};

async function runWhoami({ showToken = false }: WhoamiOptions, { session, printer }: Tools): Promise<void> {
  const userId = await session.userId();
  if (showToken) {
    const token = await session.token();
    if (token === undefined) throw new CliError("There is no token.", { exit: "SIGN_IN", tries: ["ordersctl login"] });
    return printer.text(`${token}\n`);
  }
  const client = await session.client();
  printer.one(await client.users.get(userId), userView);
}
