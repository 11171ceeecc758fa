import type { Client } from "@pos/client";
import type { User } from "@pos/contracts/users";
import { CliError, usageError } from "./errors.ts";
import { readTextInput } from "./files.ts";
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
    throw new CliError(`No user has the e-mail address ${clean(given)}.`, { tries: ["ordersctl users list"] });
  return found;
}

/**
 * The id of a user given as `findUser` takes one; an id is not looked up.
 * @throws {CliError} when nobody has the address
 */
export const userIdOf = async (client: Client, given: string): Promise<string> =>
  idForm.test(given) ? given : (await findUser(client, given)).id;

interface PasswordSource {
  fromStdin: boolean;
  label: string;
}

/**
 * A password from standard input or the terminal; never from an option, which everybody on the machine can read.
 * @throws {CliError} USAGE where nobody can be asked or nothing is given; CANCELLED when nothing was typed
 */
export async function readPassword(
  { io, isInteractive }: Tools,
  { fromStdin, label }: PasswordSource,
): Promise<string> {
  if (fromStdin) {
    const password = (await readTextInput("-", io.stdin)).replace(/\r?\n$/, "");
    if (password === "") throw usageError("Standard input holds no password.");
    return password;
  }
  if (!isInteractive)
    throw usageError("There is no terminal to ask for the password.", "the same command with --password-stdin < file");
  io.stderr.write(`${label}: `);
  const password = await io.stdin.readLine({ hidden: true });
  if (password === undefined || password === "") throw new CliError("Cancelled.", { exit: "CANCELLED" });
  return password;
}

/**
 * A new password, typed twice where it is typed.
 * @throws {CliError} USAGE where nobody can be asked or nothing is given; CANCELLED when nothing was typed or the repetition differs
 */
export async function readNewPassword(tools: Tools, source: PasswordSource): Promise<string> {
  const { io } = tools;
  const password = await readPassword(tools, source);
  if (source.fromStdin) return password;
  io.stderr.write("The same again: ");
  if ((await io.stdin.readLine({ hidden: true })) !== password)
    throw new CliError("The two passwords differ; nothing was changed.", { exit: "CANCELLED" });
  return password;
}
