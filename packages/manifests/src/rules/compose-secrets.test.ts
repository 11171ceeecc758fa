import { describe, expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { SERVICES } from "../test/corpus.ts";

/** The names of the variables that are found in the environment of a service. */
const found = (environment: string, { file = "compose.yaml", service = "web" } = {}) => {
  const text = `services: { ${service}: { image: web:1, environment: ${environment} } }\n`;
  return checkManifests([bundleOf([{ file, text }])], { services: SERVICES })
    .findings.filter(({ rule }) => rule === "compose-secret")
    .map(({ sentence }) => sentence.split(" ", 1)[0]);
};

describe("a secret in plain text in compose.yaml", () => {
  test("is found in a map, in a list and in a connection string", () => {
    expect(found("{ DB_PASSWORD: hunter2 }")).toEqual(["DB_PASSWORD"]);
    expect(found("{ DB_PASSWORD: 84027599 }")).toEqual(["DB_PASSWORD"]);
    expect(found("[DB_PASSWORD=hunter2, LEVEL=info]")).toEqual(["DB_PASSWORD"]);
    expect(found("{ CACHE: 'redis://:hunter2@cache.example.com:${PORT}' }")).toEqual(["CACHE"]);
    expect(found("{ DB_PASSWORD: hunt$$er2 }")).toEqual(["DB_PASSWORD"]);
    expect(found("[SMTP_PASS=hunter2, SIGNING_KEY=hunter2, MULTI_PASS_RENDERING=fast, SORT_KEY=placed-at]")).toEqual([
      "SMTP_PASS",
      "SIGNING_KEY",
    ]);
  });

  test("is found whatever word the name ends with, unless that makes it a setting", () => {
    const names = ["SECRET_KEY_BASE", "JWT_SECRET_REFRESH", "AWS_ACCESS_KEY_ID", "VAULT_TOKEN_ID", "API_TOKEN_ADMIN"];
    expect(found(`[${names.map((name) => `${name}=hunter2`).join(", ")}]`)).toEqual(names);
    expect(found("[JWT_TOKEN_LOCATION=headers, CREDENTIALS_DIR=creds, TOKEN_SERVICE_HOST=auth]")).toEqual([]);
    expect(found("[TOKEN_SYMBOL=ETH, PASSWORD_REGEX=^h, CREDENTIALS_MODE=include, TOKEN_CLAIM=sub]")).toEqual([]);
  });

  test("is told without its value, once for services that share it", () => {
    const text =
      "x-e: &e { DB_PASSWORD: hunter2 }\nservices: { a: { image: a:1, environment: *e }, b: { image: b:1, environment: *e } }\n";
    const { findings } = checkManifests([bundleOf([{ file: "compose.yaml", text }])]);
    expect(findings).toMatchObject([{ rule: "compose-secret", severity: "warn" }]);
    expect(JSON.stringify(findings)).not.toContain("hunter2");
  });

  test("comes from elsewhere by a variable, a file or a program that fills it in", () => {
    for (const value of ["${DB_PASSWORD:?}", "${DB_PASSWORD:-hunter2}", "$DB_PASSWORD", "a-${DB_PASSWORD}", ""])
      expect(found(`{ DB_PASSWORD: '${value}' }`)).toEqual([]);
    expect(
      found("{ DB: 'postgres://shop:$PW@db.example.com', MORE: 'postgres://shop:a${PW}@db.example.com' }"),
    ).toEqual([]);
    expect(found("[DB_PASSWORD]")).toEqual([]);
    expect(found("{ DB_PASSWORD_FILE: /run/secrets/db, TLS_PRIVATE_KEY: ./certs/tls.key }")).toEqual([]);
    expect(found("{ DB_PASSWORD: '{{ db_password }}', API_TOKEN: 'op://shop/api/token' }")).toEqual([]);
  });
});

describe("a password that is no secret", () => {
  test.each([
    ["a word that everybody knows", "{ POSTGRES_PASSWORD: postgres }"],
    ["such a word with a number", "{ GF_SECURITY_ADMIN_PASSWORD: admin123 }"],
    ["several such words", "{ JWT_SECRET: dev-secret-do-not-use-in-production }"],
    ["the keys of an emulator", "{ AWS_ACCESS_KEY_ID: test, AWS_SECRET_ACCESS_KEY: test }"],
    ["such words without a gap", "{ MONGO_INITDB_ROOT_PASSWORD: rootpassword }"],
    [
      "the name of its user beside one",
      "{ MYSQL_USER: blog, MYSQL_PASSWORD: blog_password1, ROOT_PASSWORD: someblog }",
    ],
    ["a sentence that says what to do", "{ JWT_SECRET: your-super-secret-jwt-key-change-in-production }"],
    ["a few digits", "{ DB_PASSWORD: 1234 }"],
    ["the name of its user", "{ POSTGRES_USER: shop, POSTGRES_PASSWORD: shop }"],
    ["the name of its service", "{ MONGO_INITDB_ROOT_PASSWORD: web }"],
    ["the name of its user in a connection string", "{ DB: 'postgres://hunter2:hunter2@db.example.com/shop' }"],
    ["a known word in a connection string", "{ QUEUE: 'amqp://guest:changeme@queue.example.com' }"],
    ["the name of a program", "{ DB_PASSWORD: wordpress, GF_SECURITY_ADMIN_PASSWORD: grafana, KC_PASSWORD: keycloak }"],
    ["a word of its own name", "{ COOKIE_SECRET: mysecretcookie, SESSION_SECRET: 'session secret' }"],
    [
      "what documentation says",
      "{ JWT_SECRET: your-256-bit-secret, REDIS_PASSWORD: foobared, SESSION_SECRET: keyboard cat }",
    ],
    ["a known word with signs", "{ SA_PASSWORD: 'Passw0rd!', ROOT_PASSWORD: P@ssw0rd }"],
    ["a placeholder", "{ API_TOKEN: '<your token>' }"],
    ["an empty one that is allowed", "{ MYSQL_ALLOW_EMPTY_PASSWORD: 'yes' }"],
  ])("%s", (_, environment) => expect(found(environment)).toEqual([]));

  test("is one as soon as it has anything else", () => {
    expect(found("{ MYSQL_USER: blog, MYSQL_PASSWORD: hunter2blog }")).toEqual(["MYSQL_PASSWORD"]);
    expect(found("{ JWT_SECRET: hunter2-secret, API_TOKEN: hunter2-api }")).toEqual(["JWT_SECRET", "API_TOKEN"]);
  });

  test("is one all the same where it lets others into a service of ours", () => {
    const uri = "mongodb://hunter2:hunter2@db.example.com/userdb?replicaSet=rs0";
    expect(found(`{ MONGO_URI: '${uri}' }`, { service: "user-service" })).toEqual(["MONGO_URI"]);
    expect(found(`{ MONGO_URI: '${uri}' }`)).toEqual([]);
  });

  test.each(["compose.override.yaml", "compose.dev.yaml", "docker-compose.test.yml", "compose-local.yaml"])(
    "stands in %s, which is for one machine",
    (file) => expect(found("{ DB_PASSWORD: hunter2 }", { file })).toEqual([]),
  );

  test("but may be one in any other file that adds to compose.yaml", () =>
    expect(found("{ DB_PASSWORD: hunter2 }", { file: "compose.production.yaml" })).toEqual(["DB_PASSWORD"]));
});
