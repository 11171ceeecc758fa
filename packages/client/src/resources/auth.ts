import { type ClientCredentials, ClientToken, KeySet, type Login, LoginResult } from "@pos/contracts/auth";
import type { CallOptions, Transport } from "../transport.ts";

/** Calls under /auth and the key set. */
export const authClient = (http: Transport) => ({
  login: async (body: Login, options: CallOptions = {}) =>
    (await http.call({ method: "POST", path: "/auth/login", body, answer: LoginResult, ...options })).value,
  token: async (body: ClientCredentials, options: CallOptions = {}) =>
    (await http.call({ method: "POST", path: "/auth/token", body, answer: ClientToken, ...options })).value,
  keys: async (options: CallOptions = {}) =>
    (await http.call({ method: "GET", path: "/.well-known/jwks.json", answer: KeySet, ...options })).value,
});
