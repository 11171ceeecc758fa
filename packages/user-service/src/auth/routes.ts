import {
  ClientCredentials,
  ClientToken,
  KeySet,
  Login,
  LoginResult,
  RefreshToken,
  RotateKeys,
  SigningKeyList,
} from "@pos/contracts/auth";
import { errors } from "@pos/contracts/errors";
import { NoBody } from "@pos/contracts/primitives";
import { access } from "@pos/service-kit/access";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import type { ClientService } from "../clients/service.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { SessionService } from "../sessions/service.ts";
import { clientAddress } from "../throttle/client-address.ts";
import type { UserService } from "../users/service.ts";
import type { AuthService } from "./service.ts";

interface AuthRouteTools {
  readonly auth: AuthService;
  readonly users: UserService;
  readonly sessions: SessionService;
  readonly clients: ClientService;
  readonly keys: KeyRing;
  readonly verifier: TokenVerifier;
  readonly trustedProxyHops: number;
}

/** Sign-in, sessions, tokens of services, and the keys that sign all of them. */
export const authRoutes = ({ auth, users, sessions, clients, keys, verifier, trustedProxyHops }: AuthRouteTools) =>
  new Elysia({ normalize: false, tags: ["auth"] })
    .use(access(verifier))
    .post(
      "/auth/login",
      ({ body, request, server }) => auth.login(body, clientAddress(request, server, trustedProxyHops), request.signal),
      {
        access: "anyone",
        body: Login,
        detail: { summary: "Signs in", operationId: "login" },
        response: { 200: LoginResult, ...errors(400, 401, 403, 413, 415, 429, 500, 503) },
      },
    )
    .post("/auth/refresh", ({ body }) => sessions.refresh(body.refreshToken), {
      access: "anyone",
      body: RefreshToken,
      detail: { summary: "Exchanges a refresh token for a new pair", operationId: "refresh" },
      response: { 200: LoginResult, ...errors(400, 401, 413, 415, 500, 503) },
    })
    .post(
      "/auth/logout",
      async ({ body, set }) => {
        await sessions.end(body.refreshToken);
        set.status = 204;
      },
      {
        access: "anyone",
        body: RefreshToken,
        detail: { summary: "Ends the session of a refresh token", operationId: "logout" },
        response: { 204: NoBody("Signed out"), ...errors(400, 413, 415, 500, 503) },
      },
    )
    .post("/auth/token", ({ body, request }) => clients.token(body, request.headers.get("authorization")), {
      access: "anyone",
      body: ClientCredentials,
      detail: { summary: "Issues a service's access token (RFC 6749, client_credentials)", operationId: "clientToken" },
      response: { 200: ClientToken, ...errors(400, 401, 413, 415, 500) },
    })
    .get("/.well-known/jwks.json", () => keys.publicKeys(), {
      access: "anyone",
      detail: { summary: "Public keys that verify access tokens (RFC 7517)", operationId: "getKeySet" },
      response: { 200: KeySet, ...errors(400, 500) },
    })
    .get("/auth/keys", () => keyList(keys), {
      access: ["admin"],
      detail: { summary: "Lists the signing keys with their times", operationId: "listSigningKeys" },
      response: { 200: SigningKeyList, ...errors(400, 401, 403, 500, 503) },
    })
    .post(
      "/auth/keys/rotate",
      async ({ identity, body }) => {
        await users.refuseFormerAdmin(identity);
        await keys.rotate({ revoke: body.revoke ?? false });
        return keyList(keys);
      },
      {
        access: ["admin"],
        body: RotateKeys,
        detail: { summary: "Creates the next signing key; revoke ends all older ones", operationId: "rotateKeys" },
        response: { 200: SigningKeyList, ...errors(400, 401, 403, 409, 413, 415, 500, 503) },
      },
    );

function keyList(keys: KeyRing): SigningKeyList {
  return {
    keys: keys.list().map(({ createdAt, signsFrom, verifiesUntil, ...key }) => ({
      ...key,
      createdAt: createdAt.toISOString(),
      signsFrom: signsFrom.toISOString(),
      ...(verifiesUntil === undefined ? {} : { verifiesUntil: verifiesUntil.toISOString() }),
    })),
  };
}
