import { Email, isText } from "@pos/contracts/primitives";
import { NewPassword } from "@pos/contracts/users";
import { AppError } from "@pos/service-kit/app-error";
import type { Logger } from "@pos/service-kit/logger";
import { isFrequent } from "../passwords/frequent.ts";
import { emailKeyOf } from "./domain.ts";
import type { UserRepository } from "./repository.ts";
import type { UserService } from "./service.ts";

interface FirstAdminTools {
  readonly users: UserRepository;
  readonly service: UserService;
  readonly logger: Logger;
}

/**
 * Makes the first administrator when there is none. Replicas that start together make one: the address is unique, and
 * who comes second finds an administrator.
 * @throws Error when only one of the two is given, when they are not valid, or when the address belongs to somebody who
 * is no administrator: nobody is ever promoted by a start
 */
export async function ensureFirstAdmin(
  { email, password }: { email: string | undefined; password: string | undefined },
  { users, service, logger }: FirstAdminTools,
): Promise<void> {
  if (email === undefined && password === undefined) return;
  if (email === undefined || password === undefined)
    throw new Error("ADMIN_EMAIL and ADMIN_PASSWORD create the first administrator together: set both or none");
  if (!new RegExp(Email.pattern ?? "").test(email) || email.length > (Email.maxLength ?? 0))
    throw new Error("ADMIN_EMAIL is not an e-mail address");
  if (!isText(password, NewPassword.minLength ?? 0, NewPassword.maxLength))
    throw new Error("ADMIN_PASSWORD must have 8 to 1,024 characters, well-formed and without NUL");
  if (await users.hasAdmin()) return;
  if (isFrequent(password)) throw new Error("ADMIN_PASSWORD is one of the passwords that are tried first");
  try {
    const { id } = await service.createAs("admin", { email, password, name: "Administrator" });
    logger.info({ userId: id }, "made the first administrator");
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "EMAIL_TAKEN") throw error;
    const owner = await users.findByEmail(emailKeyOf(email));
    if (owner?.role !== "admin")
      throw new Error("ADMIN_EMAIL belongs to a user who is no administrator: name another address", { cause: error });
  }
}
