import type { UserDocument } from "./documents.ts";
import type { Account } from "./domain.ts";

/** Of a document what makes the account. */
export const accountOnly = { addresses: 0, searchText: 0 } as const;

export type AccountDocument = Omit<UserDocument, "addresses" | "searchText">;

/** The account in a document. */
export function fromDocument({ _id, ...fields }: AccountDocument): Account {
  return { ...fields, id: _id.toHexString() };
}

/** The same; undefined when there is none. */
export const toAccount = (document: AccountDocument | null): Account | undefined =>
  document === null ? undefined : fromDocument(document);
