import { ClientToken } from "@pos/contracts/auth";
import { createTransport } from "./transport.ts";

const RENEW_BEFORE_MS = 60_000;

/** A token source that can be told that its token is refused. */
export interface ServiceToken {
  (): Promise<string>;
  /** The next call fetches a new token: after a 401, which a revoked signing key causes. */
  forget(): void;
}

/**
 * A service's own token by client credentials (RFC 6749 section 4.4): fetched when first needed, renewed a minute
 * before it expires, one fetch at a time. While the issuer is away a token that is still valid goes on.
 */
export function serviceToken(options: {
  userServiceUrl: string;
  clientId: string;
  clientSecret: string;
}): ServiceToken {
  const transport = createTransport({ baseUrl: options.userServiceUrl });
  let token: { value: string; expiresAtMs: number } | undefined;
  let inFlight: Promise<string> | undefined;
  const fetchToken = async () => {
    const { value } = await transport.call({
      method: "POST",
      path: "/auth/token",
      body: { grant_type: "client_credentials", client_id: options.clientId, client_secret: options.clientSecret },
      answer: ClientToken,
    });
    token = { value: value.access_token, expiresAtMs: Date.now() + value.expires_in * 1000 };
    return token.value;
  };
  const renew = () =>
    (inFlight ??= fetchToken().finally(() => {
      inFlight = undefined;
    }));
  const source = async () => {
    const leftMs = (token?.expiresAtMs ?? 0) - Date.now();
    if (token === undefined || leftMs <= 0) return renew();
    if (leftMs < RENEW_BEFORE_MS) void renew().catch(() => undefined);
    return token.value;
  };
  return Object.assign(source, {
    forget: () => {
      token = undefined;
    },
  });
}
