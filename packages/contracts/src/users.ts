import { type Static, Type } from "@sinclair/typebox";
import { LOOKUP_MAX_IDS } from "./limits.ts";
import { ClosedObject, Cursor, Email, Id, pageQuery, StringEnum, Text, Timestamp } from "./primitives.ts";

/** Roles a person can have. The role `service` belongs to machine tokens only and is never given to a user. */
export const UserRole = StringEnum(["customer", "admin"], { title: "UserRole", description: "customer or admin" });
export type UserRole = Static<typeof UserRole>;
/** Every role a token can carry. */
export type Role = UserRole | "service";

/** A suspended user cannot sign in, and orders for them are refused. */
export const UserStatus = StringEnum(["active", "suspended"], {
  title: "UserStatus",
  description: "A suspended user cannot sign in",
});
export type UserStatus = Static<typeof UserStatus>;

/** A password that is being set: 8 to 1,024 code points. */
export const NewPassword = Text({
  minLength: 8,
  maxLength: 1024,
  description: "Not one of the 5,000 most frequent passwords",
});
/** A password that is being checked. */
export const GivenPassword = Text({ minLength: 1, maxLength: 1024 });
/** Name of a person; a blank one is valid and kept. */
export const UserName = Text({ minLength: 1, maxLength: 200, examples: ["Ada Lovelace"] });

/** A user as answered; `emailVerified` is of the address that stands there. */
export const User = ClosedObject(
  {
    id: Id,
    email: Email,
    name: UserName,
    role: UserRole,
    status: UserStatus,
    emailVerified: Type.Boolean(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { title: "User", description: "User" },
);
export type User = Static<typeof User>;

/** Body of POST /users. */
export const CreateUser = ClosedObject(
  { email: Email, password: NewPassword, name: UserName },
  { title: "CreateUser" },
);
export type CreateUser = Static<typeof CreateUser>;

/** Body of PUT /users/:id: at least one of its fields. */
export const UpdateUser = ClosedObject(
  { email: Type.Optional(Email), name: Type.Optional(UserName) },
  { title: "UpdateUser", minProperties: 1 },
);
export type UpdateUser = Static<typeof UpdateUser>;

/** Path of /users/:id and what lies below it. */
export const UserParams = ClosedObject({ id: Id });

/** Query of GET /users. */
export const UserListQuery = ClosedObject({
  ...pageQuery,
  search: Type.Optional(Text({ minLength: 1, maxLength: 200, description: "Part of the email or name" })),
});
export type UserListQuery = Static<typeof UserListQuery>;

/** Answer of GET /users. */
export const UserList = ClosedObject(
  { users: Type.Array(User), nextCursor: Type.Optional(Cursor) },
  { title: "UserList", description: "A page of users, newest first" },
);
export type UserList = Static<typeof UserList>;

/** Body of POST /users/lookup. */
export const UserLookup = ClosedObject(
  { ids: Type.Array(Id, { minItems: 1, maxItems: LOOKUP_MAX_IDS }) },
  { title: "UserLookup" },
);
export type UserLookup = Static<typeof UserLookup>;

/** What POST /users/lookup knows of one id. */
export const LookedUpUser = ClosedObject({ id: Id, status: UserStatus }, { title: "LookedUpUser" });
export type LookedUpUser = Static<typeof LookedUpUser>;

/** Answer of POST /users/lookup: ids of nobody, and of erased users, are left out. */
export const UserLookupResult = ClosedObject(
  { users: Type.Array(LookedUpUser) },
  { title: "UserLookupResult", description: "Who of the ids exists, and whether the account is active" },
);
export type UserLookupResult = Static<typeof UserLookupResult>;

/** Body of PUT /users/:id/password. */
export const ChangePassword = ClosedObject(
  { currentPassword: GivenPassword, newPassword: NewPassword },
  { title: "ChangePassword" },
);
export type ChangePassword = Static<typeof ChangePassword>;

/** Body of PUT /users/:id/role. */
export const ChangeRole = ClosedObject({ role: UserRole }, { title: "ChangeRole", examples: [{ role: "admin" }] });
export type ChangeRole = Static<typeof ChangeRole>;

/** Body of PUT /users/:id/status. */
export const ChangeUserStatus = ClosedObject(
  { status: UserStatus },
  { title: "ChangeUserStatus", examples: [{ status: "suspended" }] },
);
export type ChangeUserStatus = Static<typeof ChangeUserStatus>;

/**
 * Body of POST /users/:id/email-verification. It takes the caller's own password, so that a stolen access token,
 * an administrator's too, cannot make an address of the thief's the one that resets of the password go to.
 */
export const RequestEmailVerification = ClosedObject(
  { currentPassword: GivenPassword },
  { title: "RequestEmailVerification" },
);
export type RequestEmailVerification = Static<typeof RequestEmailVerification>;
