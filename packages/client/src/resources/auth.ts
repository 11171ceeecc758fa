import {
  type ClientCredentials,
  ClientToken,
  type ConfirmPasswordReset,
  KeySet,
  type Login,
  LoginResult,
  SigningKeyList,
} from "@pos/contracts/auth";
import type { CallOptions, Transport } from "../transport.ts";

/** Calls under /auth and the key set. */
export const authClient = (http: Transport) => ({
  login: async (body: Login, options: CallOptions = {}) =>
    (await http.call({ method: "POST", path: "/auth/login", body, answer: LoginResult, ...options })).value,
  /** Exchanges a refresh token for a new pair; the old one is spent. */
  refresh: async (refreshToken: string, options: CallOptions = {}) =>
    (
      await http.call({
        method: "POST",
        path: "/auth/refresh",
        body: { refreshToken },
        answer: LoginResult,
        ...options,
      })
    ).value,
  /** Ends the session of a refresh token. */
  logout: async (refreshToken: string, options: CallOptions = {}) => {
    await http.call({ method: "POST", path: "/auth/logout", body: { refreshToken }, answer: undefined, ...options });
  },
  token: async (body: ClientCredentials, options: CallOptions = {}) =>
    (await http.call({ method: "POST", path: "/auth/token", body, answer: ClientToken, ...options })).value,
  /** Sends a mail with a token when the account exists; the answer does not tell whether it does. */
  requestPasswordReset: async (email: string, options: CallOptions = {}) => {
    await http.call({ method: "POST", path: "/auth/password-reset", body: { email }, answer: undefined, ...options });
  },
  confirmPasswordReset: async (body: ConfirmPasswordReset, options: CallOptions = {}) => {
    await http.call({ method: "POST", path: "/auth/password-reset/confirm", body, answer: undefined, ...options });
  },
  verifyEmail: async (token: string, options: CallOptions = {}) => {
    await http.call({ method: "POST", path: "/auth/verify-email", body: { token }, answer: undefined, ...options });
  },
  /** The public keys. */
  keys: async (options: CallOptions = {}) =>
    (await http.call({ method: "GET", path: "/.well-known/jwks.json", answer: KeySet, ...options })).value,
  /** The signing keys with their times: for administrators. */
  signingKeys: async (options: CallOptions = {}) =>
    (await http.call({ method: "GET", path: "/auth/keys", answer: SigningKeyList, ...options })).value,
  /** Makes the next signing key. With `revoke` every older one is dropped at once. */
  rotateKeys: async (body: { revoke?: boolean } = {}, options: CallOptions = {}) =>
    (await http.call({ method: "POST", path: "/auth/keys/rotate", body, answer: SigningKeyList, ...options })).value,
});
