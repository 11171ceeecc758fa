import { invalidField } from "@pos/service-kit/app-error";
import list from "./frequent-passwords.txt" with { type: "text" };

/**
 * The 5,000 most frequent passwords of at least 8 characters, in lower case, from those that others have lost. From
 * `@zxcvbn-ts/language-common` 4.1.3, whose licence (MIT) is beside the list; the package itself would take 20 MB.
 */
let frequent: ReadonlySet<string> | undefined;

/** Whether a password is one of the first that anybody tries, in whatever case. */
export function isFrequent(password: string): boolean {
  frequent ??= new Set(list.split("\n"));
  return frequent.has(password.toLowerCase());
}

/** @param field where the request has the password @throws {AppError} VALIDATION_ERROR */
export function refuseFrequent(password: string, field: "password" | "newPassword"): void {
  if (isFrequent(password))
    throw invalidField("body", field, "is one of the passwords that are tried first; choose another one");
}
