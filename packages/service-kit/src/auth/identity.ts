import type { Role } from "@pos/contracts/users";

/** Who makes a request. */
export interface Identity {
  /** User id, or the client id of a service; empty for nobody. */
  readonly subject: string;
  readonly role: Role | "nobody";
  /** The session (claim `sid`) that the token was issued in; services have none. */
  readonly sessionId?: string;
}

/** The identity of a request to a route that is open to anyone. */
export const NOBODY: Identity = Object.freeze({ subject: "", role: "nobody" });
