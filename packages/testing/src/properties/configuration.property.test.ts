import { expect, test } from "bun:test";
import { environment as order } from "@pos/order-service/config";
import { environment as product } from "@pos/product-service/config";
import { ConfigurationError, type EnvironmentSchema, readEnvironment } from "@pos/service-kit/config";
import { environment as user } from "@pos/user-service/config";
import fc from "fast-check";

const services = { user, product, order } as const;
/** A label of letters and digits: with hyphens it may be Punycode ("xn--"), which has rules of its own. */
const host = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);
const port = fc.integer({ min: 0, max: 65_535 });
const url = fc
  .tuple(fc.constantFrom("http", "https"), host, fc.integer({ min: 1, max: 65_535 }))
  .map(([scheme, name, at]) => `${scheme}://${name}:${at}`);
const mongoUri = fc.tuple(host, host).map(([at, database]) => `mongodb://${at}:27017/${database}?replicaSet=rs0`);

const full = (values: { mongoUri: string; port: number; userUrl: string; productUrl: string }) => ({
  MONGO_URI: values.mongoUri,
  PORT: String(values.port),
  USER_SERVICE_URL: values.userUrl,
  PRODUCT_SERVICE_URL: values.productUrl,
  JWKS_URL: `${values.userUrl}/.well-known/jwks.json`,
  SERVICE_CLIENT_ID: "order-service",
  SERVICE_CLIENT_SECRET: "s".repeat(40),
  SERVICE_CLIENTS: "[]",
  KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
});

// Feature: product-order-system, Property 17: Configuration loaded from environment variables
test("each service's connection string, port and service addresses are what the environment says", () => {
  fc.assert(
    fc.property(
      mongoUri,
      port,
      url,
      url,
      fc.constantFrom("user", "product", "order" as const),
      (uri, at, userUrl, productUrl, name) => {
        const environment = full({ mongoUri: uri, port: at, userUrl, productUrl });
        const config = readEnvironment(services[name] as EnvironmentSchema, environment) as Record<string, unknown>;
        expect(config).toMatchObject({ mongoUri: uri, port: at });
        expect(Object.isFrozen(config)).toBe(true);
        if (name === "order") expect(config).toMatchObject({ userServiceUrl: userUrl, productServiceUrl: productUrl });
      },
    ),
    { numRuns: 300 },
  );
});

test("every required variable that is missing and every malformed one is a problem of its own", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("user", "product", "order" as const),
      fc.subarray(["MONGO_URI", "PORT", "LOG_LEVEL"], { minLength: 1 }),
      (name, broken) => {
        const environment: Record<string, string> = full({
          mongoUri: "mongodb://db/x",
          port: 1,
          userUrl: "http://user",
          productUrl: "http://product",
        });
        for (const variable of broken) environment[variable] = variable === "MONGO_URI" ? "" : "nonsense";
        const schema = services[name] as EnvironmentSchema;
        const thrown = captured(() => readEnvironment(schema, environment));
        expect(thrown).toBeInstanceOf(ConfigurationError);
        expect((thrown as ConfigurationError).problems.map((problem) => problem.split(" ")[0]).sort()).toEqual(
          [...broken].sort(),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test("a missing order-service address names the variable", () => {
  const {
    USER_SERVICE_URL: _user,
    PRODUCT_SERVICE_URL: _product,
    ...environment
  } = full({
    mongoUri: "mongodb://db/x",
    port: 1,
    userUrl: "http://user",
    productUrl: "http://product",
  });
  const thrown = captured(() => readEnvironment(order, environment));
  expect((thrown as ConfigurationError).message).toContain("USER_SERVICE_URL is required");
  expect((thrown as ConfigurationError).message).toContain("PRODUCT_SERVICE_URL is required");
});

function captured(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
