import { expect, test } from "bun:test";
import fc from "fast-check";
import { Writable } from "node:stream";
import { createLogger } from "./logger.ts";
import { REDACTED, redact } from "./redact.ts";

const secretField = fc.constantFrom(
  "password",
  "newPassword",
  "currentPassword",
  "passwordHash",
  "token",
  "refreshToken",
  "access_token",
  "authorization",
  "Authorization",
  "clientSecret",
  "client_secret",
  "secretHash",
  "apiKey",
  "api_key",
  "privateKey",
  "KEY_ENCRYPTION_KEY",
  "cookie",
  "MONGO_URI",
  "passphrase",
);
const secretValue = fc.stringMatching(/^s3cr[a-z0-9]{12,24}$/);
const plain = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));

/** Random nested objects with secrets at random depths, and the list of the secrets in them. */
const withSecrets = fc.letrec<{ node: { value: unknown; secrets: string[] } }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    plain.map((value) => ({ value, secrets: [] as string[] })),
    fc
      .tuple(
        secretField,
        fc.oneof(
          secretValue,
          secretValue.map((value) => ({ inner: value })),
        ),
      )
      .map(([field, value]) => ({
        value: { [field]: value },
        secrets: [typeof value === "string" ? value : value.inner],
      })),
    secretValue.map((value) => ({ value: `failed at mongodb://root:${value}@db:27017/x`, secrets: [value] })),
    secretValue.map((value) => ({ value: `sent Authorization: Bearer ${value}`, secrets: [value] })),
    secretValue.map((value) => ({
      value: new Error(`no mongodb://u:${value}@h`, { cause: { password: value } }),
      secrets: [value],
    })),
    fc.array(tie("node"), { maxLength: 4 }).map((nodes) => ({
      value: nodes.map(({ value }) => value),
      secrets: nodes.flatMap(({ secrets }) => secrets),
    })),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("node"), { maxKeys: 4 }).map((fields) => ({
      value: Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value])),
      secrets: Object.values(fields).flatMap(({ secrets }) => secrets),
    })),
  ),
}));

test("no secret in any nested object reaches a log line", () => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const logger = createLogger({ service: "test", level: "info", destination });
  fc.assert(
    fc.property(withSecrets.node, ({ value, secrets }) => {
      lines.length = 0;
      logger.info({ context: value }, "event");
      expect(lines).toHaveLength(1);
      for (const secret of secrets) expect(lines[0]).not.toContain(secret);
    }),
    { numRuns: 1000 },
  );
});

test("what is no secret is kept", () => {
  const entry = { requestId: "r", status: 200, nested: { path: "/orders", count: 3, list: ["a", 1] } };
  expect(redact(entry)).toEqual(entry);
  expect(redact({ token: "abc", other: 1 })).toEqual({ token: REDACTED, other: 1 });
});

test("a cycle is cut, not followed", () => {
  const cycle: Record<string, unknown> = { name: "a" };
  cycle["self"] = cycle;
  expect(redact(cycle)).toEqual({ name: "a", self: "[cut]" });
});
