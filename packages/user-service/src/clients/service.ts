import { type ClientCredentials, type ClientToken } from "@pos/contracts/auth";
import { ACCESS_TOKEN_SECONDS } from "@pos/contracts/tokens";
import { AppError } from "@pos/service-kit/app-error";
import { createHash, timingSafeEqual } from "node:crypto";
import type { ServiceClient } from "../config.ts";
import type { KeyRing } from "../keys/key-ring.ts";

/** Gives machines their tokens (RFC 6749 section 4.4). */
export class ClientService {
  readonly #clients: ReadonlyMap<string, ServiceClient>;
  readonly #keys: KeyRing;

  constructor(clients: readonly ServiceClient[], keys: KeyRing) {
    this.#clients = new Map(clients.map((client) => [client.id, client]));
    this.#keys = keys;
  }

  /**
   * @param authorization header of HTTP Basic, in place of the credentials in the body
   * @throws {AppError} VALIDATION_ERROR when there are no credentials or two; INVALID_CREDENTIALS
   */
  async token(request: ClientCredentials, authorization: string | null): Promise<ClientToken> {
    const { id, secret, challenge } = credentialsOf(request, authorization);
    const client = this.#clients.get(id);
    // A secret of 256 random bits needs no slow hash: there is nothing to guess. The comparison takes the same time
    // whatever it compares with.
    const given = createHash("sha256").update(secret).digest();
    const expected = Buffer.from(client?.secretHash ?? "0".repeat(64), "hex");
    if (!timingSafeEqual(given, expected) || client === undefined) throw invalidClient(challenge);
    const scope = client.scopes.join(" ");
    const token = await this.#keys.sign(
      { sub: client.id, role: "service", ...(scope === "" ? {} : { scope }) },
      ACCESS_TOKEN_SECONDS,
    );
    return { access_token: token, token_type: "Bearer", expires_in: ACCESS_TOKEN_SECONDS };
  }
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
  readonly challenge?: "Basic";
}

function credentialsOf(request: ClientCredentials, authorization: string | null): Credentials {
  const { client_id: id, client_secret: secret } = request;
  const basic = readBasic(authorization);
  if (basic !== undefined && id === undefined && secret === undefined) return basic;
  if (basic === undefined && id !== undefined && secret !== undefined) return { id, secret };
  throw new AppError("VALIDATION_ERROR", "Send client_id and client_secret either in the body or by HTTP Basic.", {
    details: { in: "body" },
  });
}

/** Credentials of HTTP Basic, each form-encoded within (RFC 6749 section 2.3.1). */
function readBasic(authorization: string | null): Credentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]{1,4096})$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  try {
    const decode = (text: string) => decodeURIComponent(text.replaceAll("+", " "));
    return { id: decode(id), secret: decode(secret.join(":")), challenge: "Basic" };
  } catch {
    throw invalidClient("Basic");
  }
}

/** @param challenge the scheme of the credentials, unless they came in the body (RFC 6749 section 5.2) */
const invalidClient = (challenge: Credentials["challenge"]): AppError =>
  new AppError("INVALID_CREDENTIALS", "The client id or the client secret is wrong.", { challenge });
