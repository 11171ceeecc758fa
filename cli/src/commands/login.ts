import type { Command } from "commander";
import { usageError } from "../errors.ts";
import { credentialsPath } from "../session/config-files.ts";
import type { Tools } from "../tools.ts";
import { readPassword } from "../users.ts";
import type { Verb } from "../verb.ts";

interface LoginOptions {
  readonly email?: string;
  readonly passwordStdin?: boolean;
}

export const loginVerb: Verb<LoginOptions> = {
  usage: "login",
  summary: "Sign in",
  description: `Signs in to the current profile and stores the sign-in (0600). It renews itself for 30 days. The password
is typed at the terminal or read from standard input; there is no option for it, since other users could see it.`,
  examples: ["ordersctl login", "ordersctl login --email ada@example.com --password-stdin < password.txt"],
  configure: (command: Command) =>
    command
      .option("--email <address>", "e-mail address (default: the last one that signed in)")
      .option("--password-stdin", "read the password from standard input"),
  run: runLogin,
};

async function runLogin(options: LoginOptions, tools: Tools): Promise<void> {
  const { io, session, talk } = tools;
  const before = await session.credentials();
  const email =
    options.email ??
    (tools.isInteractive && options.passwordStdin !== true ? await ask(tools, before?.email) : before?.email);
  if (email === undefined || email === "")
    throw usageError("Whose sign-in? Pass --email.", "ordersctl login --email ada@example.com");
  const password = await readPassword(tools, { fromStdin: options.passwordStdin === true, label: "Password" });
  await session.signIn(email, password);
  talk.done(`signed in as ${email} at ${session.urls.userUrl} (profile ${session.profile})`);
  talk.hint(`stored in ${credentialsPath(io.env)}`);
}

async function ask({ io }: Tools, known: string | undefined): Promise<string | undefined> {
  io.stderr.write(`E-mail address${known === undefined ? "" : ` [${known}]`}: `);
  const answer = (await io.stdin.readLine())?.trim();
  return answer === "" ? known : answer;
}
