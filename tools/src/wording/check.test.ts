import { expect, test } from "bun:test";
import { checkWording } from "./check.ts";

const rulesIn = (text: string, path = "docs/a.md"): string[] =>
  checkWording([{ path, text }]).map(({ line, rule }) => `${line} ${rule}`);
/** Written apart, so that this file passes its own check. */
const path = (...names: readonly string[]): string => names.map((name) => `/${name}`).join("");
const host = (...names: readonly string[]): string => names.join(".");

test.each([
  path("work", "main", "cli"),
  path("root", ".bun"),
  path("home", "maria", "orders"),
  path("Users", "maria"),
  path("tmp", "spike"),
])("the path %s of a machine is found", (found) => {
  expect(rulesIn(`first\nsee ${found} there`)).toEqual(["2 machine-path"]);
});

test.each(["https://shop.example/work/a", "../root/a", "/home/bun/app", "/tmp/orders", "/workspace/a", "a/root/b"])(
  "%s is no machine's path",
  (text) => {
    expect(rulesIn(text)).toEqual([]);
  },
);

test.each([host("registry", "npmjs", "org"), host("files", "pythonhosted", "org"), host("pypi", "org")])(
  "the registry host %s is found",
  (found) => {
    expect(rulesIn(`https://${found}/x`)).toEqual(["1 registry-host"]);
  },
);

test("the lockfile holds no address at all", () => {
  expect(rulesIn(`["a@1.0.0", "https://packages.example/a.tgz"]`, "bun.lock")).toEqual(["1 registry-host"]);
  expect(rulesIn(`["a@1.0.0", "", {}, "sha512-x"]`, "bun.lock")).toEqual([]);
});

test("a marker with a reason allows its line", () => {
  expect(rulesIn(`${path("root", "x")} wording: allow (the image's home)`)).toEqual([]);
  expect(rulesIn(`${path("root", "x")} wording: allow`)).toEqual(["1 machine-path"]);
});
