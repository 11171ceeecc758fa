import { ConfirmPasswordReset, RequestPasswordReset, VerifyEmail } from "@pos/contracts/auth";
import { errors } from "@pos/contracts/errors";
import { NoBody } from "@pos/contracts/primitives";
import { ChangePassword, RequestEmailVerification, UserParams } from "@pos/contracts/users";
import { access } from "@pos/service-kit/access";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import type { AuthService } from "../auth/service.ts";
import { clientAddress } from "../throttle/client-address.ts";
import type { UserService } from "../users/service.ts";
import type { RecoveryService } from "./service.ts";

interface RecoveryRouteTools {
  readonly auth: AuthService;
  readonly recovery: RecoveryService;
  readonly users: UserService;
  readonly verifier: TokenVerifier;
  readonly trustedProxyHops: number;
}

/** Passwords and proof of e-mail addresses. */
export const recoveryRoutes = ({ auth, recovery, users, verifier, trustedProxyHops }: RecoveryRouteTools) =>
  new Elysia({ normalize: false, tags: ["auth"] })
    .use(access(verifier))
    .post(
      "/auth/password-reset",
      async ({ body, request, server, set }) => {
        await recovery.requestPasswordReset(body.email, clientAddress(request, server, trustedProxyHops));
        set.status = 202;
      },
      {
        access: "anyone",
        body: RequestPasswordReset,
        detail: {
          summary: "Mails a token that resets the password, if the account exists",
          operationId: "resetPassword",
        },
        response: {
          202: NoBody("Taken, whether there is an account or not"),
          ...errors(400, 413, 415, 429, 500, 503),
        },
      },
    )
    .post(
      "/auth/password-reset/confirm",
      async ({ body, request, server, set }) => {
        await recovery.confirmPasswordReset(body, clientAddress(request, server, trustedProxyHops));
        set.status = 204;
      },
      {
        access: "anyone",
        body: ConfirmPasswordReset,
        detail: { summary: "Sets a new password with a mailed token", operationId: "confirmPasswordReset" },
        response: {
          204: NoBody(
            "Password set, all sessions ended; the mail's address takes the place of one that is not verified",
          ),
          ...errors(400, 413, 415, 500, 503),
        },
      },
    )
    .post(
      "/auth/verify-email",
      async ({ body, set }) => {
        await recovery.verifyEmail(body.token);
        set.status = 204;
      },
      {
        access: "anyone",
        body: VerifyEmail,
        detail: { summary: "Verifies an e-mail address with a mailed token", operationId: "verifyEmail" },
        response: { 204: NoBody("Verified"), ...errors(400, 413, 415, 500, 503) },
      },
    )
    .post(
      "/users/:id/email-verification",
      async ({ body, identity, params, request, server, set }) => {
        await users.refuseFormerAdminOver(params.id, identity);
        const address = clientAddress(request, server, trustedProxyHops);
        await auth.provePassword(identity, body.currentPassword, address);
        await recovery.requestEmailVerification(params.id, address);
        set.status = 202;
      },
      {
        access: ["self", "admin"],
        params: UserParams,
        body: RequestEmailVerification,
        detail: {
          summary: "Mails a token that verifies the user's address; requires the caller's own password",
          operationId: "requestEmailVerification",
        },
        response: { 202: NoBody("A mail is on its way"), ...errors(400, 401, 403, 404, 409, 413, 415, 429, 500, 503) },
      },
    )
    .put(
      "/users/:id/password",
      async ({ body, identity, request, server, set }) => {
        await auth.changePassword(identity, body, clientAddress(request, server, trustedProxyHops));
        set.status = 204;
      },
      {
        access: ["self"],
        params: UserParams,
        body: ChangePassword,
        detail: { summary: "Changes the user's own password; other sessions end", operationId: "changePassword" },
        response: { 204: NoBody("Changed"), ...errors(400, 401, 403, 404, 413, 415, 429, 500, 503) },
      },
    );
