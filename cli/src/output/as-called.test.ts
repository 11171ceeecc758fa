import { expect, test } from "bun:test";
import { asCalled } from "./as-called.ts";

const hint = "Next: ordersctl seed   or   bun run ordersctl up; ordersctl's log";
const here = "/usr/bin:/bin";

test.each([
  ["as it is to who calls the program itself", { PATH: here }, hint],
  [
    "by bun run to who came so",
    { PATH: here, npm_lifecycle_event: "up" },
    "Next: bun run ordersctl seed   or   bun run ordersctl up; ordersctl's log",
  ],
  [
    "by npx to who has no bun but npx's",
    { PATH: `/cache/_npx/86/node_modules/.bin:${here}`, npm_lifecycle_event: "up" },
    `Next: npx -y bun@${Bun.version} run ordersctl seed   or   npx -y bun@${Bun.version} run ordersctl up; ordersctl's log`,
  ],
])("a command is named %s", (_who, env, said) => {
  expect(asCalled(hint, env)).toBe(said);
  expect(asCalled(said, env)).toBe(said);
});
