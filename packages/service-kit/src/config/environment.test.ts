import { describe, expect, test } from "bun:test";
import { commonEnvironment } from "./common.ts";
import { ConfigurationError, readEnvironment, required, secret } from "./environment.ts";

const schema = {
  ...commonEnvironment({ port: 3001 }),
  clientSecret: required(secret("CLIENT_SECRET", { describe: "secret of this client", minLength: 32 })),
};
const good = { MONGO_URI: "mongodb://db/x?replicaSet=rs0", CLIENT_SECRET: "k3F".repeat(12) };

function problems(environment: Record<string, string>): readonly string[] {
  try {
    readEnvironment(schema, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe("the environment", () => {
  test("fills defaults and freezes", () => {
    const config = readEnvironment(schema, good);
    expect(config).toMatchObject({ port: 3001, host: "0.0.0.0", logLevel: "info", corsOrigins: [], drainDelayMs: 0 });
    expect(Object.isFrozen(config)).toBe(true);
  });
  test.each([
    ["PORT", "http"],
    ["PORT", "70000"],
    ["PORT", "-1"],
    ["MONGO_URI", "localhost:27017"],
    ["MONGO_URI", "mongodb://db"],
    ["MONGO_URI", "mongodb://db:27017/?replicaSet=rs0"],
    ["LOG_LEVEL", "loud"],
    ["DRAIN_DELAY_MS", "1e3"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"],
    ["NODE_ENV", "prod"],
    ["CORS_ORIGINS", "*"],
    ["CORS_ORIGINS", "https://shop.example.com/"],
    ["CORS_ORIGINS", "https://a.example, shop.example.com"],
    ["CORS_ORIGINS", "https://Shop.example.com"],
    ["CORS_ORIGINS", "https://shop.example.com:443"],
    ["CORS_ORIGINS", "null"],
  ])("refuses %s=%s with one sentence", (name, value) => {
    const found = problems({ ...good, [name]: value });
    expect(found).toHaveLength(1);
    expect(found[0]).toStartWith(`${name} must`);
  });
  test("takes origins as browsers write them, of apps as well", () => {
    const origins = ["https://shop.example.com", "http://localhost:5173", "http://[::1]:8080", "capacitor://localhost"];
    expect(readEnvironment(schema, { ...good, CORS_ORIGINS: origins.join(" , ") }).corsOrigins).toEqual(origins);
  });
  test("never shows the value of a secret", () => {
    const found = problems({ ...good, NODE_ENV: "production", CLIENT_SECRET: "short-and-secret" });
    expect(found).toEqual(["CLIENT_SECRET must have at least 32 characters in production."]);
    expect(problems({ ...good, MONGO_URI: "mongo://root:hunter2@db" }).join()).not.toContain("hunter2");
    for (const uri of ["x://root:a/hunter2@db", "x://root:a@hunter2@db", "x://root:a/b@hunter2@db"])
      expect(problems({ ...good, OTEL_EXPORTER_OTLP_ENDPOINT: uri }).join()).not.toContain("hunter2");
  });
  test.each([
    "",
    "changeme",
    "change-me-please-change-me-please-change",
    "secret",
    "<generate-me-with-ordersctl-k8s-secrets>",
  ])("refuses %p as a secret in production", (value) => {
    expect(problems({ ...good, NODE_ENV: "production", CLIENT_SECRET: value })).toHaveLength(1);
  });
  test.each(["changeme", "change_me", "Replace-Me-now", "password1", "secret", "admin", ""])(
    "refuses the password %p in the connection string in production only",
    (password) => {
      const uri = `mongodb://user:${password}@db/x`;
      expect(problems({ ...good, MONGO_URI: uri })).toEqual([]);
      expect(problems({ ...good, NODE_ENV: "production", MONGO_URI: uri })).toHaveLength(1);
    },
  );

  test.each([
    "mongodb://db:27017,other:27017/x",
    "mongodb://user@db/x",
    `mongodb://user:secret-${"k3F".repeat(12)}@db/x`,
  ])("accepts %s in production", (uri) =>
    expect(problems({ ...good, NODE_ENV: "production", MONGO_URI: uri })).toEqual([]),
  );
});
