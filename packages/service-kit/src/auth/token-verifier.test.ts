import { beforeAll, describe, expect, test } from "bun:test";
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from "@pos/contracts/tokens";
import { base64url, exportJWK, exportSPKI, generateKeyPair, type CryptoKey, type JWTPayload, SignJWT } from "jose";
import { AppError } from "../http/app-error.ts";
import type { Clock } from "../lifecycle/clock.ts";
import { createTokenVerifier, type TokenVerifier } from "./token-verifier.ts";

const KID = "key-1";
const subject = "65f1c0ffee0123456789abcd";
const time = { now: 1_800_000_000_000 };
const clock: Clock = { now: () => time.now, sleep: () => Promise.resolve() };
const published = new Map<string, CryptoKey>();
let verifier: TokenVerifier;
let own: CryptoKey;
let foreign: CryptoKey;
let publicPem: string;
let publicJwk: Record<string, unknown>;

beforeAll(async () => {
  const pair = await generateKeyPair("ES256", { extractable: true });
  own = pair.privateKey;
  publicPem = await exportSPKI(pair.publicKey);
  publicJwk = { ...(await exportJWK(pair.publicKey)) };
  foreign = (await generateKeyPair("ES256")).privateKey;
  published.set(KID, pair.publicKey);
  verifier = createTokenVerifier({ keys: { find: async (kid) => published.get(kid) }, issuer: TOKEN_ISSUER, clock });
});

interface Wrong {
  claims?: JWTPayload;
  header?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
  without?: string[];
}

async function token({ claims = {}, header = {}, key = own, without = [] }: Wrong = {}): Promise<string> {
  const now = Math.floor(time.now / 1000);
  const payload: JWTPayload = {
    sub: subject,
    role: "customer",
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
    iat: now,
    exp: now + 900,
    ...claims,
  };
  for (const claim of without) delete payload[claim];
  return new SignJWT(payload).setProtectedHeader({ alg: "ES256", kid: KID, ...header }).sign(key);
}

const part = (value: unknown) => base64url.encode(JSON.stringify(value));
async function rebuilt(change: (parts: [string, string, string]) => (string | undefined)[]): Promise<string> {
  const [header = "", payload = "", signature = ""] = (await token()).split(".");
  return change([header, payload, signature]).join(".");
}
const payloadOf = (text: string) => JSON.parse(new TextDecoder().decode(base64url.decode(text))) as JWTPayload;

const hostile: Record<string, () => Promise<string> | string> = {
  "an empty text": () => "",
  "no dots": () => "nonsense",
  "two parts only": () => rebuilt(([header, payload]) => [header, payload]),
  "alg none without a signature": () => rebuilt(([, payload]) => [part({ alg: "none", kid: KID }), payload, ""]),
  "alg NONE in capitals": () =>
    rebuilt(([, payload, signature]) => [part({ alg: "NONE", kid: KID }), payload, signature]),
  "HS256 signed with the public key as secret": () =>
    token({ header: { alg: "HS256" }, key: new TextEncoder().encode(publicPem) }),
  "RS256 in the header": () =>
    rebuilt(([, payload, signature]) => [part({ alg: "RS256", kid: KID }), payload, signature]),
  "another key under our kid": () => token({ key: foreign }),
  "an unknown kid": () => token({ header: { kid: "key-2" } }),
  "no kid": () => token({ header: { kid: undefined } }),
  "a kid that walks paths": () => token({ header: { kid: "../../etc/passwd" } }),
  "a kid that is an object": () =>
    rebuilt(([, payload, signature]) => [part({ alg: "ES256", kid: { $gt: "" } }), payload, signature]),
  "its own key in jwk": () => token({ key: foreign, header: { kid: "x", jwk: publicJwk } }),
  "a jku to elsewhere": () => token({ key: foreign, header: { kid: "x", jku: "http://127.0.0.1:9/keys" } }),
  "an unknown critical header": () =>
    rebuilt(([, payload, signature]) => [part({ alg: "ES256", kid: KID, crit: ["odd"], odd: 1 }), payload, signature]),
  "a changed role": () =>
    rebuilt(([header, payload, signature]) => [header, part({ ...payloadOf(payload), role: "admin" }), signature]),
  "a cut signature": () => rebuilt(([header, payload, signature]) => [header, payload, signature.slice(0, -4)]),
  "no signature": () => rebuilt(([header, payload]) => [header, payload, ""]),
  "an all-zero signature": () =>
    rebuilt(([header, payload]) => [header, payload, base64url.encode(new Uint8Array(64))]),
  "an expired token": () => token({ claims: { exp: Math.floor(time.now / 1000) - 1 } }),
  "no expiry": () => token({ without: ["exp"] }),
  "no issue time": () => token({ without: ["iat"] }),
  "not yet valid": () => token({ claims: { nbf: Math.floor(time.now / 1000) + 60 } }),
  "another issuer": () => token({ claims: { iss: "someone-else" } }),
  "another audience": () => token({ claims: { aud: "another-system" } }),
  "no subject": () => token({ without: ["sub"] }),
  "an empty subject": () => token({ claims: { sub: "" } }),
  "a made-up role": () => token({ claims: { role: "root" } }),
  "a role that is a list": () => token({ claims: { role: ["admin"] } }),
  "no role": () => token({ without: ["role"] }),
  "a token of 100 KiB": () => token({ claims: { filler: "x".repeat(100_000) } }),
};

describe("token verifier", () => {
  test("accepts what the issuer signed", async () => {
    expect(await verifier.verify(await token())).toEqual({ subject, role: "customer" });
  });

  test.each(Object.entries(hostile))("refuses %s", async (_name, make) => {
    const refusal = await verifier.verify(await make()).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(AppError);
    expect((refusal as AppError).code).toBe("UNAUTHORIZED");
  });

  test("the list of hostile tokens is long enough", () =>
    expect(Object.keys(hostile).length).toBeGreaterThanOrEqual(20));

  test("a token that was accepted is refused once it expires or its key is withdrawn", async () => {
    const accepted = await token();
    await verifier.verify(accepted);
    time.now += 900_001;
    await expect(verifier.verify(accepted)).rejects.toThrow("expired");
    const other = await token();
    await verifier.verify(other);
    const key = published.get(KID);
    published.delete(KID);
    await expect(verifier.verify(other)).rejects.toBeInstanceOf(AppError);
    if (key) published.set(KID, key);
  });
});
