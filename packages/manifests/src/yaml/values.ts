import { parseWithBun } from "./bun-values.ts";
import { parseSource } from "./document.ts";

/** The values of all documents of a text, without positions. @throws Error when it is no YAML */
export function parseValues(text: string): unknown[] {
  return parseWithBun(text) ?? parseSource({ file: "", text }).documents.map(({ value }) => value);
}
