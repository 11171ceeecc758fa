import type { ObjectId } from "mongodb";
import type { RefreshToken, Session } from "./domain.ts";

/** A session as it is stored; MongoDB removes it when it has expired. */
export type SessionDocument = Omit<Session, "id" | "userId"> & { _id: ObjectId; userId: ObjectId };

/** A refresh token as it is stored, by its hash; MongoDB removes it when it has expired. */
export type RefreshTokenDocument = Omit<RefreshToken, "hash" | "sessionId" | "userId"> & {
  _id: string;
  sessionId: ObjectId;
  userId: ObjectId;
};
