import { expect, test } from "bun:test";
import { baseDirectory } from "./base-directory.ts";

const unknown = () => {
  throw new Error("ENOENT: no such file or directory, uv_os_homedir");
};

test("what the variable names comes first, then the home of the environment, then the system's", () => {
  expect(baseDirectory({ XDG_CACHE_HOME: "/c", HOME: "/h" }, "XDG_CACHE_HOME", unknown)).toBe("/c");
  expect(baseDirectory({ XDG_CACHE_HOME: "c", HOME: "/h" }, "XDG_CACHE_HOME", unknown)).toBe("/h/.cache");
  expect(baseDirectory({ HOME: "" }, "XDG_CONFIG_HOME", () => "/s")).toBe("/s/.config");
});

test("a user whom the system does not know has the root folder for a home", () => {
  expect(baseDirectory({}, "XDG_CONFIG_HOME", unknown)).toBe("/.config");
});
