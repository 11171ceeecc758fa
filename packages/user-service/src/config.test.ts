import { ConfigurationError, readEnvironment } from "@pos/service-kit/config";
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { environment } from "./config.ts";

const valid = { MONGO_URI: "mongodb://127.0.0.1/userdb", KEY_ENCRYPTION_KEY: "k".repeat(32) };
const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readEnvironment(environment, { ...valid, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
};
const hash = "0".repeat(64);
const hashOfNothing = createHash("sha256").digest("hex");

describe("the configuration", () => {
  test("needs the database and the key only", () => {
    const config = readEnvironment(environment, valid);
    expect(config.port).toBe(3001);
    expect(config.serviceClients).toEqual([]);
    expect(config.trustedProxyHops).toBe(0);
  });
  test("names everything that is missing, in every mode", () => {
    expect(problemsOf({ MONGO_URI: "", KEY_ENCRYPTION_KEY: "" }).map((problem) => problem.split(" ")[0])).toEqual([
      "MONGO_URI",
      "KEY_ENCRYPTION_KEY",
    ]);
  });
  test.each([
    ["KEY_ENCRYPTION_KEY", "k".repeat(31)],
    ["SMTP_URL", "http://mail.example.com"],
    ...["pa/ss", "p%ss"].map((unencoded) => ["SMTP_URL", `smtp://shop:${unencoded}@mail.example.com`] as const),
    ["TRUSTED_PROXY_HOPS", "11"],
    ["SERVICE_CLIENTS", "order-service"],
    ["SERVICE_CLIENTS", "{}"],
    ["SERVICE_CLIENTS", JSON.stringify([{ id: "a", secretHash: "secret", scopes: [] }])],
    ["SERVICE_CLIENTS", JSON.stringify([{ id: "a", secretHash: hashOfNothing, scopes: [] }])],
    ["SERVICE_CLIENTS", JSON.stringify([{ id: "a b", secretHash: hash, scopes: [] }])],
    ["SERVICE_CLIENTS", JSON.stringify([{ id: "a", secretHash: hash, scopes: ["a b"] }])],
    ["SERVICE_CLIENTS", JSON.stringify([1, 2].map(() => ({ id: "a", secretHash: hash, scopes: [] })))],
  ])("refuses %s=%s without repeating a secret", (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems.length).toBe(1);
    expect(problems[0]).toStartWith(name);
    if (name !== "TRUSTED_PROXY_HOPS") expect(problems[0]).not.toContain(value);
  });
  test.each(["My Shop", "My Shop <shop.example.com>", "shop@example.com\nBcc: all@example.com"])(
    "refuses MAIL_FROM=%p, which is no sender",
    (from) => {
      expect(problemsOf({ MAIL_FROM: from })).toEqual([expect.stringMatching(/^MAIL_FROM must hold an address/)]);
    },
  );
  test.each(["shop@example.com", "Müller & Co, Inc. <no-reply@localhost>", "<shop@example.com>"])(
    "takes MAIL_FROM=%p",
    (from) => {
      expect(problemsOf({ MAIL_FROM: from })).toEqual([]);
    },
  );
  test("refuses known defaults in production", () => {
    expect(problemsOf({ NODE_ENV: "production", KEY_ENCRYPTION_KEY: `change-me-${"x".repeat(32)}` }).length).toBe(1);
    expect(problemsOf({ NODE_ENV: "production", ADMIN_PASSWORD: "password" }).length).toBe(1);
    const smtp = { SMTP_URL: "smtp://shop:changeme@mail.example.com" };
    expect(problemsOf(smtp)).toEqual([]);
    expect(problemsOf({ NODE_ENV: "production", ...smtp })).toEqual([
      "SMTP_URL holds a placeholder or nothing as its password: make a secret of your own.",
    ]);
  });
});
