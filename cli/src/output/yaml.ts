import { harmless } from "./text.ts";

const plain = /^[A-Za-z_][\w ./@+-]*$/;
const reserved = /^(true|false|null|yes|no|on|off|y|n|~)$/i;

/** JSON data as block YAML 1.2. Strings that YAML could take for something else are quoted. */
export function toYaml(value: unknown): string {
  return `${block(value, "")}\n`;
}

function block(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item) => `${indent}- ${block(item, `${indent}  `).trimStart()}`).join("\n");
  }
  if (isFilledObject(value)) {
    return Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(
        ([name, field]) =>
          `${indent}${scalar(name)}:${isNested(field) ? `\n${block(field, `${indent}  `)}` : ` ${scalar(field)}`}`,
      )
      .join("\n");
  }
  return `${indent}${scalar(value)}`;
}

const isFilledObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
const isNested = (value: unknown): boolean => isFilledObject(value) || (Array.isArray(value) && value.length > 0);

function scalar(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  return plain.test(value) && !reserved.test(value) && !value.endsWith(" ") ? value : harmless(JSON.stringify(value));
}
