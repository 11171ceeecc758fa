import { describe, expect, test } from "bun:test";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { looksRandom } from "./patterns.ts";
import { scanForSecrets } from "./scan.ts";

// Every secret here is made at run time, so that this file itself passes the scan.
const keyOfCurve = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const privateKey = keyOfCurve.export({ type: "pkcs8", format: "pem" });
const curveKey = keyOfCurve.export({ type: "sec1", format: "pem" });
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const jsonWebToken = `${part({ alg: "ES256", typ: "JWT" })}.${part({ sub: "42", role: "admin" })}.${randomBytes(64).toString("base64url")}`;
const random = "f8Zq1Kx02LmPwv73TnRb9";
const at = "@";

const SOURCE = "packages/a/src/a.ts";

async function rulesIn(text: string, path = SOURCE): Promise<string[]> {
  const findings = await scanForSecrets([{ path, text }]);
  return findings.map(({ line, rule }) => `${line} ${rule}`);
}

describe("the secret scan finds", () => {
  const seeded: readonly (readonly [name: string, text: string, finding: string, path?: string])[] = [
    ["a private key", `const a = 1;\nconst key = \`${privateKey}\`;`, "2 privatekey"],
    ["a private key of a curve by itself", `\n${curveKey}`, "2 private-key", "docs/key.pem"],
    ["a private key in JSON", JSON.stringify({ key: curveKey }), "1 private-key", "a.json"],
    ["a JSON Web Token", `const answer = { body: "${jsonWebToken}" };`, "1 json-web-token"],
    ["a random password", `const password = "${random}";`, "1 assigned-secret"],
    ["a random field", `const a = {\n  clientSecret: "${random}" };`, "2 assigned-secret"],
    ["a random JSON field", `{ "apiKey": "${random}" }`, "1 assigned-secret", "a.json"],
    ["a random variable", `ADMIN_PASSWORD=${random}`, "1 assigned-secret", ".env.example"],
    ["a random value in a manifest", `stringData:\n  KEY_ENCRYPTION_KEY: ${random}`, "2 assigned-secret", "k8s/a.yaml"],
    ["a hex key", `const signingToken = "9f86d081884c7d659a2feaa0c55ad015";`, "1 assigned-secret"], // secret-scan: allow (the digest of a known word)
    [
      "a password in a MongoDB address",
      `"mongodb://app:${random}${at}db.internal/userdb"`,
      "1 database-connection-string",
    ],
    ["a password in an HTTP address", `"https://app:${random}${at}shop.internal/"`, "1 uri-credentials"],
    ["a password in an SMTP address", `"smtp://app:${random}${at}mail.internal:25"`, "1 uri-credentials"],
    ["a key of a cloud", ["aws_secret_access_key = wJalrXUtnFEMI/", "K7MDENG/bPxRfiCYzzzzzzzKEY"].join(""), "1 aws"],
    ["the id of a key of a cloud", `const id = "${["AKIA", "Z7QW3RTY5UIOP2LK"].join("")}";`, "1 aws"],
    ["a token of a code host", ["ghp", "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"].join("_"), "1 github"],
  ];
  for (const [name, text, finding, path] of seeded) {
    test(name, async () => {
      expect(await rulesIn(text, path)).toEqual([finding]);
    });
  }

  test("and never prints the secret", async () => {
    const [finding] = await scanForSecrets([{ path: "a.ts", text: `const password = "${random}";` }]);
    expect(finding?.sentence).toBe("f8Zq… (21 characters) looks like a secret.");
  });
});

describe("the secret scan is silent about", () => {
  const clean: readonly (readonly [name: string, text: string, path?: string])[] = [
    ["words as a password", `const password = "correct-horse-battery-42";`],
    ["a short value", `const tokenType = "Bearer";`],
    ["a variable", `const password = createPassword1234();`],
    ["a reference", "const password = `${prefix}-${counter}`;"],
    ["a placeholder in a manifest", "ADMIN_PASSWORD: change-me-before-use", "k8s/a.yaml"],
    ["a path with a port", `const tokenUrl = "http://127.0.0.1:3001/auth/token";`],
    ["an address without a password", `"mongodb://127.0.0.1:27017/userdb?replicaSet=rs0"`],
    ["a placeholder in an address", `"redis://user:password${at}host"`],
    ["a counting key", `const encryptionKey = "0123456789abcdef0123456789abcdef";`],
    ["a public key", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ\n-----END PUBLIC KEY-----"],
    ["an integrity hash of the lockfile", `["ky@2.1.0", "", {}, "sha512-7b4fA6mXz0kPq1"]`, "bun.lock"],
  ];
  for (const [name, text, path] of clean) {
    test(name, async () => {
      expect(await rulesIn(text, path)).toEqual([]);
    });
  }
});

describe("a marker", () => {
  const marker = "// secret-scan:";

  test("allows its own line and the line below, with a reason", async () => {
    expect(await rulesIn(`const password = "${random}"; ${marker} allow (a test value)`)).toEqual([]);
    expect(await rulesIn(`${marker} allow (a test value)\nconst password = "${random}";`)).toEqual([]);
    expect(await rulesIn(`${marker} allow (a test value)\n\nconst password = "${random}";`)).toContain(
      "3 assigned-secret",
    );
  });

  test("without a reason is a finding", async () => {
    expect(await rulesIn(`const password = "${random}"; ${marker} allow`)).toEqual(["1 marker"]);
  });

  test("that allows nothing is a finding", async () => {
    expect(await rulesIn(`const a = 1; ${marker} allow (was needed once)`)).toEqual(["1 marker"]);
  });
});

describe("randomness", () => {
  test("of base64 and hex made by a machine is seen nearly always", () => {
    const seen = Array.from({ length: 1000 }, () => [
      looksRandom(randomBytes(24).toString("base64url")),
      looksRandom(randomBytes(16).toString("hex")),
    ]).flat();
    expect(seen.filter(Boolean).length).toBeGreaterThan(1900);
  });

  test.each(["user-service-2024", "INVALID_CREDENTIALS_401", "application/json+v2", "aaaaaaaaaaaaaaaa1b2"])(
    "is not seen in %s",
    (value) => {
      expect(looksRandom(value)).toBe(false);
    },
  );
});
