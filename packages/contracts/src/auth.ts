import { type Static, Type } from "@sinclair/typebox";
import { ClosedObject, Email, Id, StringEnum, Text, WholeNumber } from "./primitives.ts";
import { GivenPassword } from "./users.ts";

/** Default issuer and audience of access tokens; JWT_ISSUER overrides the issuer. */
export const TOKEN_ISSUER = "product-order-system";
export const TOKEN_AUDIENCE = "product-order-system";
/** Life of an access token, in seconds. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;

export const Login = ClosedObject({ email: Email, password: GivenPassword });
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
  { description: "Signed in" },
);
export type LoginResult = Static<typeof LoginResult>;

/** RFC 6749 section 4.4.2, with the credentials in the body (section 2.3.1), as JSON. */
export const ClientCredentials = ClosedObject({
  grant_type: StringEnum(["client_credentials"]),
  client_id: Text({ minLength: 1, maxLength: 100 }),
  client_secret: Text({ minLength: 1, maxLength: 1024 }),
});
export type ClientCredentials = Static<typeof ClientCredentials>;

/** RFC 6749 section 5.1. */
export const ClientToken = ClosedObject(
  { access_token: Type.String(), token_type: StringEnum(["Bearer"]), expires_in: tokenSeconds },
  { description: "Access token of a service" },
);
export type ClientToken = Static<typeof ClientToken>;

/** One public key (RFC 7517, EC P-256). */
export const PublicKey = ClosedObject({
  kty: StringEnum(["EC"]),
  crv: StringEnum(["P-256"]),
  x: Type.String(),
  y: Type.String(),
  kid: Type.String(),
  alg: StringEnum(["ES256"]),
  use: StringEnum(["sig"]),
});
export const KeySet = ClosedObject(
  { keys: Type.Array(PublicKey) },
  { description: "Public keys that verify access tokens" },
);
export type KeySet = Static<typeof KeySet>;
