import type { Client } from "@pos/client";
import type { User } from "@pos/contracts/users";
import { CliError, usageError } from "./errors.ts";
import { clean } from "./output/text.ts";
import type { Tools } from "./tools.ts";

const idForm = /^[0-9a-fA-F]{24}$/;
const SEARCH_LIMIT = 100;

/**
 * The user of an id or an e-mail address; by address for administrators only.
 * @throws {CliError} when nobody has the address
 */
export async function findUser(client: Client, given: string): Promise<User> {
  if (idForm.test(given)) return client.users.get(given);
  if (!given.includes("@"))
    throw usageError(`"${clean(given)}" is neither an id nor an e-mail address.`, "ordersctl users list");
  const { users } = await client.users.list({ search: given, limit: SEARCH_LIMIT });
  const found = users.find(({ email }) => email.toLowerCase() === given.toLowerCase());
  if (found === undefined)
    throw new CliError(`Nobody has the address ${clean(given)}.`, { tries: ["ordersctl users list"] });
  return found;
}

/**
 * A password from standard input or the terminal; never from an option, which everybody on the machine can read.
 * @throws {CliError} USAGE where nobody can be asked; CANCELLED when nothing was typed or the repetition differs
 */
export async function readNewPassword(tools: Tools, options: { fromStdin: boolean; label: string }): Promise<string> {
  const { io, isInteractive } = tools;
  if (options.fromStdin) return (await io.stdin.readAll()).replace(/\r?\n$/, "");
  if (!isInteractive)
    throw usageError("Nobody can be asked for the password here.", "the same with --password-stdin < file");
  io.stderr.write(`${options.label}: `);
  const password = await io.stdin.readLine({ hidden: true });
  if (password === undefined || password === "") throw new CliError("Cancelled.", { exit: "CANCELLED" });
  io.stderr.write("The same again: ");
  if ((await io.stdin.readLine({ hidden: true })) !== password)
    throw new CliError("The two are not the same; nothing was changed.", { exit: "CANCELLED" });
  return password;
}
