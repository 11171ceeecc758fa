import { describe, expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { SERVICES } from "../test/corpus.ts";

describe("several compose files", () => {
  const base = `services:
  user-service: { image: user-service:1, environment: { MONGO_URI: 'mongodb://db/userdb?replicaSet=rs0' } }
  console: { image: console:1, network_mode: 'service:user-service' }
  db: { image: mongo:8.0, hostname: database }
`;
  const override = `services:
  user-service: { depends_on: [db], environment: { LOG_LEVEL: debug } }
  console: { environment: { USERS: 'http://localhost:3001' } }
  mail: { image: mail:1, depends_on: [user-service], environment: { STORE: 'mongodb://database/mail?replicaSet=rs0' } }
`;
  const check = (second: string) =>
    checkManifests(
      // In the order in which a folder lists them.
      [
        bundleOf([
          { file: "compose.override.yaml", text: second },
          { file: "compose.yaml", text: base },
        ]),
      ],
      { services: SERVICES },
    ).findings.map(({ file, rule }) => [file, rule]);

  test("are one project: each may name the services of the others and add to them", () =>
    expect(check(override)).toEqual([]));

  test("a name that none of them has is a fault in its file", () => {
    expect(check(override.replace("[db]", "[bd]"))).toEqual([["compose.override.yaml", "compose-depends"]]);
    expect(check(override.replace("//database", "//databse"))).toEqual([["compose.override.yaml", "compose-url"]]);
  });

  test("a value of the base does not count where another file sets it anew", () => {
    const emptied = override.replace("LOG_LEVEL: debug", "MONGO_URI: ''");
    expect(check(emptied)).toEqual([["compose.override.yaml", "env-required"]]);
  });
});
