import type { Io } from "../io.ts";

/**
 * A text that names commands, with the words by which this user starts them: who came by `bun run` may have no
 * ordersctl on PATH.
 */
export function asCalled(text: string, env: Io["env"]): string {
  return env["npm_lifecycle_event"] === undefined
    ? text
    : text.replace(/(?<!run )\bordersctl (?=[a-z])/g, "bun run ordersctl ");
}
