import type { Command } from "commander";
import { usageError } from "../../errors.ts";
import { readTextInput } from "../../files.ts";
import type { Tools } from "../../tools.ts";
import { readNewPassword, readPassword } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface SetPasswordOptions {
  readonly passwordStdin?: boolean;
}

export const setPasswordVerb: Verb<SetPasswordOptions> = {
  usage: "set-password",
  summary: "Change your own password",
  description: `Changes the password of the signed-in user. On standard input: the current password on the first line, the new one on
the second. All other sessions of the user end.`,
  configure: (command: Command) =>
    command.option("--password-stdin", "read both passwords from standard input, a line each"),
  run: setPassword,
};

async function setPassword({ passwordStdin = false }: SetPasswordOptions, tools: Tools): Promise<void> {
  const { session, io, talk } = tools;
  const userId = await session.userId();
  const { currentPassword, newPassword } = passwordStdin
    ? fromLines(await readTextInput("-", io.stdin))
    : await ask(tools);
  const client = await session.client();
  await client.users.changePassword(userId, { currentPassword, newPassword });
  const kept = await session.credentials();
  // The change ends every session, this one too. With ORDERSCTL_TOKEN the kept sign-in may be somebody else's.
  if (kept?.userId === userId) await session.signIn(kept.email, newPassword);
  talk.done("the password was changed");
}

function fromLines(text: string) {
  const [currentPassword, newPassword] = text.split(/\r?\n/);
  if (!currentPassword || !newPassword)
    throw usageError("Standard input must hold the current and the new password, one per line.");
  return { currentPassword, newPassword };
}

async function ask(tools: Tools) {
  const currentPassword = await readPassword(tools, { fromStdin: false, label: "Current password" });
  return { currentPassword, newPassword: await readNewPassword(tools, { fromStdin: false, label: "New password" }) };
}
