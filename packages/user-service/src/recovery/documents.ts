import type { ObjectId } from "mongodb";
import type { MailedToken } from "./domain.ts";

/** A mailed token as it is stored, by its hash; MongoDB removes it when it has expired. */
export type MailedTokenDocument = Omit<MailedToken, "hash" | "userId"> & { _id: string; userId: ObjectId };
