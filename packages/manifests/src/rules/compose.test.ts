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

describe("projects", () => {
  const project = (folder: string, services: string) => ({ file: `${folder}/compose.yaml`, text: services });
  const findings = (...sources: { readonly file: string; readonly text: string }[]) =>
    checkManifests([bundleOf(sources)], { services: SERVICES }).findings.map(({ file, rule }) => [file, rule]);

  test("two folders with a compose.yaml each are two: neither knows the services of the other", () => {
    const shop = project("shop", "services: { web: { image: web:1, depends_on: [database] } }\n");
    const stock = project("stock", "services: { database: { image: mongo:8.0 } }\n");
    expect(findings(shop, stock)).toEqual([["shop/compose.yaml", "compose-depends"]]);
    const same = (level: string) =>
      `services: { user-service: { image: user-service:1, environment: { ${level} } } }\n`;
    const uri = "MONGO_URI: 'mongodb://db.example.com/userdb?replicaSet=rs0'";
    expect(findings(project("a", same(uri)), project("b", same("LOG_LEVEL: debug")))).toEqual([
      ["b/compose.yaml", "env-required"],
    ]);
  });

  test("a file in a folder below adds to the project above", () => {
    const web = project("shop", "services: { web: { image: web:1 }, database: { image: mongo:8.0 } }\n");
    const extra = { file: "shop/deploy/production.yaml", text: "services: { web: { depends_on: [database] } }\n" };
    expect(findings(extra, web)).toEqual([]);
  });

  test("what a project includes is a part of it, and may be anywhere", () => {
    const web = "services: { web: { image: web:1, depends_on: [database] } }\n";
    const stock = project("stock", "services: { database: { image: mongo:8.0 } }\n");
    for (const include of ["../stock/compose.yaml", "{ path: [../stock/compose.yaml] }", "oci://example.com/stock:1"])
      expect(findings(project("shop", `include: [${include}]\n${web}`), stock)).toEqual([]);
    const misspelt = project("shop", `include: [../stock/compose.yaml]\n${web.replace("[database]", "[databse]")}`);
    expect(findings(misspelt, stock)).toEqual([["shop/compose.yaml", "compose-depends"]]);
  });
});

test("a service that is not required may be absent", () => {
  const needs = (more: string) =>
    checkManifests([
      bundleOf([
        {
          file: "compose.yaml",
          text: `services: { web: { image: web:1, depends_on: { cache: { condition: service_started${more} } } } }\n`,
        },
      ]),
    ]).findings.map(({ rule }) => rule);
  expect([needs(", required: false"), needs("")]).toEqual([[], ["compose-depends"]]);
});

describe("what looks like a fault of a compose file and is none", () => {
  const rules = (text: string) =>
    checkManifests([bundleOf([{ file: "compose.yaml", text }])], { services: SERVICES }).findings.map(
      ({ rule }) => rule,
    );
  const asks = (name: string, host: string, more = "") =>
    rules(`services: { web: { image: web:1, environment: { ${name}: 'http://${host}:8080' }${more} } }\n`);

  test("a service takes the environment of the one that it extends", () =>
    expect(rules("services: { user-service: { extends: { file: common.yaml, service: user-service } } }\n")).toEqual(
      [],
    ));

  test("a file that only includes others is one", () => {
    expect(rules("include: [a/compose.yaml]\n")).toEqual([]);
    expect(rules("include: [{ path: a/compose.yaml, env_file: .env }]\nvolumes: {}\n")).toEqual([]);
  });

  test("a container may have names of its own for others", () => {
    expect(asks("API_URL", "legacy", ", extra_hosts: ['legacy:10.0.0.1']")).toEqual([]);
    expect(asks("API_URL", "legacy", ", extra_hosts: ['legacy=10.0.0.1']")).toEqual([]);
    expect(asks("API_URL", "legacy", ", extra_hosts: { legacy: 10.0.0.1 }")).toEqual([]);
    expect(asks("API_URL", "legacy", ", links: ['database:legacy'] }, database: { image: database:1")).toEqual([]);
    expect(asks("API_URL", "legacy")).toEqual(["compose-url"]);
  });

  test("localhost is right where browsers call or the service itself listens, and nowhere else", () => {
    const names = ["PUBLIC_URL", "CORS_ORIGIN", "OAUTH_REDIRECT_URI", "CALLBACK_URL", "EXTERNAL_URL"];
    for (const name of [...names, "FRONTEND_URL", "SITE_URL", "APP_URL", "GF_SERVER_ROOT_URL", "OIDC_ISSUER"])
      expect(asks(name, "localhost")).toEqual([]);
    const ofPages = ["VITE_API_URL", "REACT_APP_API_URL", "VUE_APP_API", "GATSBY_API_URL", "NG_APP_API_URL"];
    for (const name of [...ofPages, "CLIENT_URL", "WEBAPP_URL", "WEB_APP_URL", "WEBSITE_URL", "DASHBOARD_URL"])
      expect(asks(name, "localhost")).toEqual([]);
    for (const name of ["NEXTAUTH_URL", "BETTER_AUTH_URL", "STRIPE_SUCCESS_URL", "STRIPE_CANCEL_URL"])
      expect(asks(name, "localhost")).toEqual([]);
    expect(asks("BASE_URL", "localhost", ", ports: ['8080:80']")).toEqual([]);
    for (const name of ["LISTEN_URL", "HEALTHCHECK_URL", "ASPNETCORE_URLS"])
      expect(asks(name, "127.0.0.1")).toEqual([]);
    for (const name of ["API_URL", "API_BASE_URL", "USER_CLIENT_URL"])
      expect(asks(name, "localhost", ", ports: ['3000:80']")).toEqual(["compose-url"]);
  });

  test("a container may be published on any port of a range", () => {
    const port = (published: string) =>
      rules(`services: { web: { image: web:1, ports: [{ target: 80, published: ${published} }] } }\n`);
    expect([port('"8080-8090"'), port("80-x")]).toEqual([[], ["compose-port-form"]]);
  });

  test("volumes, networks and secrets of every form are declared", () => {
    const text = `services:
  web:
    image: web:1
    extends: { file: common.yaml, service: nobody }
    volumes: [/cache, "./here:/a", "../there:/b", "~/home:/c", "/d:/d", "\${DIR:-./e}:/e", "data:/f:ro", "C:/x:/x"]
    networks: [default, back]
    secrets: [key]
    configs: [{ source: settings, target: /g }]
  worker:
    extends: web
    pid: service:web
    network_mode: host
    volumes: [{ type: bind, source: here, target: /a }, { type: volume, source: data, target: /b }, { type: tmpfs, target: /c }]
volumes: { data: }
networks: { back: { external: true } }
secrets: { key: { environment: KEY } }
configs: { settings: { content: x } }
`;
    expect(rules(text)).toEqual([]);
    expect(rules(text.replace("networks: { back:", "networks: { other:"))).toEqual(["compose-part"]);
  });

  test("fields that are not known here, and words of every kind", () => {
    const text = `services:
  web:
    image: web:1
    x-owner: shop
    use_api_socket: true
    cgroup: host
    cpuset: 0-1
    brand_new: true
    restart: on-failure:3
    environment: [LEVEL=debug, PLAIN]
    depends_on: { worker: { condition: service_completed_successfully } }
  worker: { image: worker:1, restart: "\${RESTART:-no}" }
  other: { image: other:1, restart: "no" }
`;
    expect(rules(text)).toEqual([]);
    expect(rules(text.replace("x-owner", "imge"))).toEqual(["compose-field"]);
  });
});

test("dependencies may be as long a chain as they like", () => {
  const length = 20_000;
  const names = Array.from({ length }, (_, index) => `s${index}`);
  const lines = names.map((name, index) => `  ${name}: { image: example.com/a:1, depends_on: [s${index + 1}] }\n`);
  const text = `services:\n${lines.join("")}  s${length}: { image: example.com/a:1 }\n`;
  expect(checkManifests([bundleOf([{ file: "compose.yaml", text }])]).findings).toEqual([]);
}, 60_000);
