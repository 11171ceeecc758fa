/** Who may import whom. What is not here is an error. */

/** Packages that production code of a package may import. */
export const ALLOWED_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  "service-kit": ["contracts"],
  client: ["contracts"],
  "user-service": ["service-kit", "contracts"],
  "product-service": ["service-kit", "contracts"],
  "order-service": ["service-kit", "client", "contracts"],
  "local-mongodb": [],
  manifests: [],
  "command-options": [],
  testing: ["client", "command-options", "contracts", "local-mongodb", "service-kit"],
  cli: ["client", "command-options", "contracts", "local-mongodb", "manifests"],
  bench: ["client", "command-options", "contracts", "local-mongodb"],
  tools: ["client", "command-options", "contracts"],
};

/** Packages that the tests of any package may import besides. */
export const ALLOWED_IN_TESTS: readonly string[] = ["testing", "client", "contracts", "local-mongodb"];

export const SERVICES: readonly string[] = ["user-service", "product-service", "order-service"];

/** The doors of a service, by who may use them. No service stands here: none imports another. */
export const SERVICE_DOORS: Readonly<Record<string, readonly string[]>> = {
  cli: ["config", "migrations", "protocol"],
  testing: ["config", "migrations", "protocol", "app"],
};

/** Third-party modules that a package keeps out, with the reason as the end of a sentence. */
export const BANNED_MODULES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  contracts: {
    elysia: "the wire schemas stand on plain TypeBox",
    mongodb: "contracts do no I/O",
    ky: "contracts do no I/O",
  },
  client: { elysia: "it costs every client 60 ms and 16 MB", mongodb: "a client speaks HTTP" },
  cli: { elysia: "it costs every command 60 ms and 16 MB" },
};

/** Third-party packages without `exports` whose inner files are the only door, with the reason. */
export const ALLOWED_INTERNALS: Readonly<Record<string, string>> = {
  "mongodb-memory-server-core": "its downloader of mongod is exported nowhere else",
};

/**
 * What the parts of a feature folder may not import: roles beside them, and third-party modules. A service may name
 * the type of its repository, which leaves nothing behind at run time.
 */
export const FEATURE_ROLES: Readonly<Record<string, RoleLimits>> = {
  routes: { roles: ["repository"], modules: ["mongodb"] },
  service: { roles: ["routes", "repository"], typesOf: ["repository"], modules: ["elysia", "mongodb"] },
  domain: { roles: ["routes", "service", "repository"], modules: ["elysia", "mongodb"] },
  schemas: { roles: ["routes", "service", "repository"], modules: ["mongodb"] },
  repository: { roles: ["routes"], modules: ["elysia"] },
};

export interface RoleLimits {
  readonly roles: readonly string[];
  /** Of the roles, those whose types may still be named. */
  readonly typesOf?: readonly string[];
  readonly modules: readonly string[];
}

/**
 * Files of a service, relative to its folder, that know the driver besides its repositories: migrations, the helper
 * for transactions, and `documents.ts`, which declares what a repository stores.
 */
export const DRIVER_FILES: readonly RegExp[] = [
  /^src\/migrations(?:\.ts$|\/)/,
  /^src\/(?:database\/)?transaction\.ts$/,
  /^src\/.+\/(?:[^/]+-)?documents\.ts$/,
];
