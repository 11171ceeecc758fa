import { describe, expect, test } from "bun:test";
import type { TextFile } from "../files.ts";
import { checkImports } from "./check.ts";

const DECLARED: Readonly<Record<string, readonly string[]>> = {
  "packages/contracts": ["@sinclair/typebox", "elysia"],
  "packages/service-kit": ["@pos/contracts", "elysia", "mongodb"],
  "packages/client": ["@pos/contracts", "ky"],
  "packages/user-service": ["@pos/service-kit", "@pos/contracts", "@pos/order-service", "elysia", "mongodb"],
  "packages/order-service": ["@pos/service-kit", "@pos/client", "@pos/contracts", "elysia", "mongodb"],
  "packages/local-mongodb": ["mongodb", "mongodb-memory-server-core"],
  "packages/testing": ["@pos/order-service", "@pos/client", "mongodb"],
  cli: ["@pos/client", "@pos/order-service", "@pos/service-kit", "elysia"],
};

const manifests: TextFile[] = Object.entries(DECLARED).map(([folder, names]) => {
  const short = folder.split("/").at(-1) ?? folder;
  const dependencies = Object.fromEntries(names.map((name) => [name, "catalog:"]));
  const name = folder === "cli" ? "ordersctl" : `@pos/${short}`;
  return {
    path: `${folder}/package.json`,
    text: JSON.stringify({
      name,
      exports: { "./protocol": { default: "./src/protocol.ts" }, "./config": "./src/config.ts" },
      dependencies,
      devDependencies: { "fast-check": "catalog:", "@pos/testing": "*" },
    }),
  };
});

/** `line rule` of each finding. */
function findingsOf(path: string, text: string): string[] {
  return checkImports([...manifests, { path, text }]).map(({ line, rule }) => `${line} ${rule}`);
}

const ORDERS = "packages/order-service/src/orders";

const forbidden: readonly (readonly [sentence: string, path: string, text: string, finding: string])[] = [
  [
    "a client that imports the kit",
    "packages/client/src/a.ts",
    `import { x } from "@pos/service-kit";`,
    "1 package-edge",
  ],
  ["the kit importing the client", "packages/service-kit/src/a.ts", `import "@pos/client";`, "1 package-edge"],
  ["an edge in a type only", "packages/contracts/src/a.ts", `import type { A } from "@pos/client";`, "1 package-edge"],
  ["an edge in import()", "cli/src/a.ts", `\nawait import("@pos/service-kit");`, "2 package-edge"],
  ["an edge in a type expression", "cli/src/a.ts", `type A = import("@pos/service-kit").A;`, "1 package-edge"],
  ["an edge in export from", "cli/src/a.ts", `export { a } from "@pos/service-kit";`, "1 package-edge"],
  ["an edge in require", "cli/src/a.ts", `require("@pos/service-kit");`, "1 package-edge"],
  [
    "a service in a service",
    "packages/user-service/src/a.ts",
    `import "@pos/order-service/app";`,
    "1 service-to-service",
  ],
  [
    "a service in a service's test",
    "packages/user-service/src/a.test.ts",
    `import "@pos/order-service/app";`,
    "1 service-to-service",
  ],
  ["the CLI in an app", "cli/src/a.ts", `import "@pos/order-service/app";`, "1 service-door"],
  ["the root of a service", "packages/testing/src/a.ts", `import "@pos/order-service";`, "1 service-door"],
  ["a service in the client", "packages/client/src/a.ts", `import "@pos/order-service/config";`, "1 service-door"],
  ["an undeclared package", "cli/src/a.ts", `import "chalk";`, "1 undeclared"],
  ["a development package in production", "cli/src/a.ts", `import "fast-check";`, "1 undeclared"],
  ["a relative way out of the package", `${ORDERS}/a.ts`, `import "../../../client/src/a.ts";`, "1 package-border"],
  ["node_modules by path", "cli/src/a.ts", `import "../node_modules/ky/x.js";`, "1 internals"],
  ["the inside of a package", "packages/client/src/a.ts", `import "ky/dist/x.js";`, "1 internals"],
  ["its own name", "packages/client/src/a.ts", `import "@pos/client";`, "1 self-import"],
  ["no extension", "cli/src/a.ts", `import "./b";`, "1 explicit-extension"],
  ["elysia in contracts", "packages/contracts/src/a.ts", `import "elysia";`, "1 banned-module"],
  ["I/O in contracts", "packages/contracts/src/a.ts", `import "node:fs";`, "1 banned-module"],
  ["elysia in the CLI", "cli/src/a.ts", `import "elysia";`, "1 banned-module"],
  ["routes of a repository", `${ORDERS}/routes.ts`, `import "./repository.ts";`, "1 feature-order"],
  ["a service of routes", `${ORDERS}/service.ts`, `import "../placement/routes.ts";`, "1 feature-order"],
  ["a service of a repository", `${ORDERS}/service.ts`, `import { A } from "./repository.ts";`, "1 feature-order"],
  ["a domain of a service", `${ORDERS}/domain.ts`, `import type { A } from "./service.ts";`, "1 feature-order"],
  ["a repository of routes", `${ORDERS}/outbox-repository.ts`, `import "./audit-routes.ts";`, "1 feature-order"],
  ["a service with elysia", `${ORDERS}/service.ts`, `import "elysia";`, "1 feature-module"],
  ["a domain with the driver", `${ORDERS}/domain.ts`, `import type { ObjectId } from "mongodb";`, "1 feature-module"],
  ["a repository with elysia", `${ORDERS}/repository.ts`, `import "elysia";`, "1 feature-module"],
  ["the driver elsewhere in a feature", `${ORDERS}/relay.ts`, `import "mongodb";`, "1 driver"],
  ["the driver in an app", "packages/order-service/src/app.ts", `import type { Db } from "mongodb";`, "1 driver"],
  ["the driver elsewhere in the kit", "packages/service-kit/src/log.ts", `import "mongodb";`, "1 driver"],
  ["the environment in an app", "packages/order-service/src/app.ts", `const a = process.env.A;`, "1 environment"],
  ["Bun.env", "packages/order-service/src/app.ts", `Bun.env["A"];`, "1 environment"],
  ["import.meta.env", "packages/order-service/src/app.ts", `import.meta.env.A;`, "1 environment"],
  ['process["env"]', "packages/order-service/src/app.ts", `process["env"];`, "1 environment"],
  ["env taken out", "packages/order-service/src/app.ts", `const { env } = process;`, "1 environment"],
  ["env imported", "packages/order-service/src/app.ts", `import { env } from "node:process";`, "1 environment"],
  ["process handed on", "packages/order-service/src/app.ts", `read(process);`, "1 environment"],
  ["the environment in the kit", "packages/service-kit/src/a.ts", `process.env.A;`, "1 environment"],
  ["the environment in a command", "cli/src/commands/up.ts", `process.env.A;`, "1 environment"],
  ["an exit in a service", "packages/order-service/src/app.ts", `process.exit(1);`, "1 exit"],
  [
    "an exit beside a parameter",
    "cli/src/a.ts",
    `const f = (process: P) => process.exit(0);\nprocess.exit(1);`,
    "2 exit",
  ],
  ["export * from", "cli/src/a.ts", `export * from "./b.ts";`, "1 barrel"],
  ["an index that re-exports", "cli/src/index.ts", `export { b } from "./b.ts";`, "1 barrel"],
  ["a default export", "cli/src/a.ts", `export default 1;`, "1 default-export"],
  ["a default export by name", "cli/src/a.ts", `const a = 1;\nexport { a as default };`, "2 default-export"],
  ["no TypeScript", "cli/src/a.ts", `import from from;`, "1 syntax"],
];

const allowed: readonly (readonly [sentence: string, path: string, text: string])[] = [
  [
    "a service using the kit",
    `${ORDERS}/routes.ts`,
    `import "@pos/service-kit"; import "elysia"; import "./service.ts";`,
  ],
  ["order-service using the client", `${ORDERS}/a.ts`, `import "@pos/client/users";`],
  ["the CLI at the doors of a service", "cli/src/a.ts", `import "@pos/order-service/config"; import "@pos/client";`],
  ["testing building an app", "packages/testing/src/a.ts", `import "@pos/order-service/app";`],
  [
    "a test with test packages",
    `${ORDERS}/a.test.ts`,
    `import "@pos/testing"; import "fast-check"; import "bun:test";`,
  ],
  ["helpers of tests", "packages/order-service/src/test/a.ts", `import "@pos/testing"; process.env.A;`],
  ["builtins", "cli/src/a.ts", `import "node:fs"; import "bun"; import { stat } from "fs/promises";`],
  ["a package without exports", "packages/local-mongodb/src/a.ts", `import "mongodb-memory-server-core/lib/util/X";`],
  [
    "a repository with the driver",
    `${ORDERS}/repository.ts`,
    `import "mongodb"; import type { A } from "./service.ts";`,
  ],
  ["a service naming its repository", `${ORDERS}/service.ts`, `import type { A } from "./repository.ts";`],
  ["the transaction of a service", "packages/order-service/src/transaction.ts", `import "mongodb";`],
  ["a second repository", `${ORDERS}/outbox-repository.ts`, `import "mongodb";`],
  ["stored shapes with the driver", `${ORDERS}/outbox-documents.ts`, `import { ObjectId } from "mongodb";`],
  ["migrations with the driver", "packages/order-service/src/migrations/0001.ts", `import "mongodb";`],
  ["the kit's database", "packages/service-kit/src/database/connect.ts", `import "mongodb";`],
  ["main reading and ending", "packages/order-service/src/main.ts", `run(process.env, process); process.exit(1);`],
  ["the CLI's entry", "cli/src/main.ts", `process.exit(1); process.env.A;`],
  ["the CLI's environment", "cli/src/environment.ts", `process.env.A;`],
  [
    "a process that was passed in",
    "packages/service-kit/src/a.ts",
    `export const f = (process: P) => process.exit(1);`,
  ],
  ["a destructured process", "packages/service-kit/src/a.ts", `function f({ process }: P) { return process.env.A; }`],
  ["words in comments and strings", "cli/src/a.ts", `// process.exit(1)\nconst a = 'import "elysia"';`],
  ["one name re-exported", "cli/src/a.ts", `export { b } from "./b.ts";`],
  ["a door of the package that re-exports", "packages/order-service/src/protocol.ts", `export * from "./b.ts";`],
  ["peers of the bench", "bench/peers/x/a.ts", `export default 1;`],
];

describe("the import rules", () => {
  test.each(forbidden)("refuse %s", (_, path, text, finding) => {
    expect(findingsOf(path, text)).toEqual([finding]);
  });

  test.each(allowed)("allow %s", (_, path, text) => {
    expect(findingsOf(path, text)).toEqual([]);
  });

  test("say file, line, rule and what to do", () => {
    const files = [...manifests, { path: "cli/src/a.ts", text: `\n\nimport "chalk";` }];
    expect(checkImports(files)).toEqual([
      {
        file: "cli/src/a.ts",
        line: 3,
        rule: "undeclared",
        sentence: "chalk is missing in the dependencies of ordersctl.",
      },
    ]);
  });
});
