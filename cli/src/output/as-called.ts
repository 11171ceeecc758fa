import type { Io } from "../io.ts";

/**
 * A text that names commands, with the words by which this user starts them: who came by `bun run` may have no
 * ordersctl on PATH, and who came by npx no bun.
 */
export function asCalled(text: string, env: Io["env"]): string {
  if (env["npm_lifecycle_event"] === undefined) return text;
  const bun = process.versions["bun"];
  const isByNpx = bun !== undefined && /[/\\]_npx[/\\]/.test(env["PATH"] ?? "");
  const run = isByNpx ? `npx -y bun@${bun} run` : "bun run";
  return text.replace(/(?:\bbun run |(?<!run )\b)ordersctl (?=[a-z])/g, `${run} ordersctl `);
}
