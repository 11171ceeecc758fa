import { describe, expect, test } from "bun:test";
import { setOf } from "../test/set.ts";
import { interpolate, isCompose } from "./compose.ts";

const ports = (yaml: string) =>
  setOf(`services: { web: { ports: ${yaml} } }`).composeProjects[0]?.services[0]?.ports ?? [];

describe("compose files", () => {
  test.each([
    ['["3001"]', undefined, 3001, undefined, true],
    ['["8080:3001"]', 8080, 3001, undefined, true],
    ['["127.0.0.1:8080:3001/tcp"]', 8080, 3001, "127.0.0.1", true],
    ['["127.0.0.1::3001"]', undefined, 3001, "127.0.0.1", true],
    ['["${PORT:-8080}:3001"]', 8080, 3001, undefined, true],
    ['["${PORT}:3001"]', undefined, undefined, undefined, true],
    ['["8000-8002:9000-9002"]', undefined, undefined, undefined, true],
    ['["${PORT:-${OTHER_PORT:-8080}}:3001"]', undefined, undefined, undefined, true],
    ['["${PORT:+8080:}3001"]', undefined, undefined, undefined, true],
    ['["8080:3001/sctp"]', 8080, 3001, undefined, true],
    ["[{ target: 3001, published: 8080, host_ip: 127.0.0.1 }]", 8080, 3001, "127.0.0.1", true],
    ["[3001]", undefined, 3001, undefined, true],
    ['["300x:3001"]', undefined, undefined, undefined, false],
    ['["8080:99999"]', 8080, undefined, undefined, false],
    ["[{ published: 8080 }]", 8080, undefined, undefined, false],
  ])("port %s", (yaml, host, container, address, isValid) => {
    const [port] = ports(yaml);
    expect([port?.host, port?.container, port?.address, port?.isValid]).toEqual([host, container, address, isValid]);
  });

  test.each([
    ["${LEVEL:-info}", "info"],
    ["${LEVEL-info}", "info"],
    ["a$$b", "a$b"],
    ["${LEVEL}", undefined],
    ["${LEVEL:?is missing}", undefined],
    ["$LEVEL", undefined],
    ["plain", "plain"],
  ])("interpolates %s", (text, value) => expect(interpolate(text)).toBe(value));

  test("environments are maps or lists; an env_file adds what is not seen", () => {
    const read = (yaml: string) => {
      const service = setOf(`services: { web: { ${yaml} } }`).composeProjects[0]?.services[0];
      return [service?.environment.map(({ name, value }) => [name, value]), service?.isComplete];
    };
    expect(read("environment: { A: one, B: 2, C: }")).toEqual([
      [
        ["A", "one"],
        ["B", "2"],
        ["C", undefined],
      ],
      true,
    ]);
    expect(read('environment: ["A=one=1", B], env_file: .env')).toEqual([
      [
        ["A", "one=1"],
        ["B", undefined],
      ],
      false,
    ]);
  });

  test("what has services and a kind is a resource", () => {
    expect([isCompose({ services: {} }), isCompose({ services: {}, kind: "List" }), isCompose([])]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
