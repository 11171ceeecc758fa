import { type Static, Type } from "@sinclair/typebox";
import { ClosedObject, Email, Id, StringEnum, Text, Timestamp, WholeNumber } from "./primitives.ts";
import { GivenPassword, NewPassword } from "./users.ts";

/** Body of POST /auth/login; the password may be shorter than one that can be set. */
export const Login = ClosedObject({ email: Email, password: GivenPassword }, { title: "Login" });
export type Login = Static<typeof Login>;

const tokenSeconds = WholeNumber({ minimum: 1, maximum: 86_400, description: "Life of the access token in seconds" });

/** Answer of a sign-in. `refreshToken` trades for the next pair at POST /auth/refresh. */
export const LoginResult = ClosedObject(
  {
    token: Type.String({ description: "Access token (JWT, ES256)" }),
    userId: Id,
    tokenType: StringEnum(["Bearer"]),
    expiresIn: tokenSeconds,
    refreshToken: Type.Optional(Type.String({ description: "Opaque, single use" })),
  },
  { title: "LoginResult", description: "Signed in" },
);
export type LoginResult = Static<typeof LoginResult>;

/** Has the form of a token, and is none. */
const exampleToken = "x".repeat(43);

const refreshToken = Type.String({
  pattern: "^[A-Za-z0-9_-]{43}$",
  description: "refreshToken of the last sign-in or refresh: 43 base64url characters",
  examples: [exampleToken],
});
/** Body of POST /auth/refresh and POST /auth/logout. */
export const RefreshToken = ClosedObject({ refreshToken }, { title: "RefreshToken" });
export type RefreshToken = Static<typeof RefreshToken>;

const mailedToken = Type.String({
  pattern: "^[A-Za-z0-9_-]{43}$",
  description: "Token from the mail",
  examples: [exampleToken],
});
/** Body of POST /auth/password-reset. */
export const RequestPasswordReset = ClosedObject({ email: Email }, { title: "RequestPasswordReset" });
export type RequestPasswordReset = Static<typeof RequestPasswordReset>;
/** Body of POST /auth/password-reset/confirm. */
export const ConfirmPasswordReset = ClosedObject(
  { token: mailedToken, newPassword: NewPassword },
  { title: "ConfirmPasswordReset" },
);
export type ConfirmPasswordReset = Static<typeof ConfirmPasswordReset>;
/** Body of POST /auth/verify-email. */
export const VerifyEmail = ClosedObject({ token: mailedToken }, { title: "VerifyEmail" });
export type VerifyEmail = Static<typeof VerifyEmail>;

/**
 * RFC 6749 section 4.4.2, as JSON. The client authenticates by HTTP Basic or by `client_id` and `client_secret` in the
 * body (section 2.3.1), one of the two.
 */
export const ClientCredentials = ClosedObject(
  {
    grant_type: StringEnum(["client_credentials"]),
    client_id: Type.Optional(Text({ minLength: 1, maxLength: 100 })),
    client_secret: Type.Optional(Text({ minLength: 1, maxLength: 1024 })),
  },
  { title: "ClientCredentials" },
);
export type ClientCredentials = Static<typeof ClientCredentials>;

/** RFC 6749 section 5.1. */
export const ClientToken = ClosedObject(
  { access_token: Type.String(), token_type: StringEnum(["Bearer"]), expires_in: tokenSeconds },
  { title: "ClientToken", description: "Access token of a service" },
);
export type ClientToken = Static<typeof ClientToken>;

/** One public key (RFC 7517, EC P-256). */
export const PublicKey = ClosedObject(
  {
    kty: StringEnum(["EC"]),
    crv: StringEnum(["P-256"]),
    x: Type.String(),
    y: Type.String(),
    kid: Type.String(),
    alg: StringEnum(["ES256"]),
    use: StringEnum(["sig"]),
  },
  { title: "PublicKey" },
);
/** Answer of GET /.well-known/jwks.json (RFC 7517). */
export const KeySet = ClosedObject(
  { keys: Type.Array(PublicKey) },
  { title: "KeySet", description: "Public keys that verify access tokens" },
);
export type KeySet = Static<typeof KeySet>;

/** A signing key with its times; the private half never leaves the service. */
export const SigningKey = ClosedObject(
  {
    id: Type.String({ description: "Key id (kid): thumbprint of the public key, RFC 7638" }),
    signs: Type.Boolean({ description: "Whether new tokens are signed with it now" }),
    createdAt: Timestamp,
    signsFrom: Timestamp,
    verifiesUntil: Type.Optional(Timestamp),
  },
  { title: "SigningKey" },
);
export type SigningKey = Static<typeof SigningKey>;
/** Answer of GET /auth/keys and POST /auth/keys/rotate. */
export const SigningKeyList = ClosedObject(
  { keys: Type.Array(SigningKey) },
  { title: "SigningKeyList", description: "Keys that verify access tokens, oldest first" },
);
export type SigningKeyList = Static<typeof SigningKeyList>;
/** Body of POST /auth/keys/rotate; `revoke` ends every older key, and with it every session's access token, at once. */
export const RotateKeys = ClosedObject(
  {
    revoke: Type.Optional(
      Type.Boolean({
        description: "Whether to end all older keys now, and every access token with them",
        examples: [false],
      }),
    ),
  },
  { title: "RotateKeys" },
);
export type RotateKeys = Static<typeof RotateKeys>;
