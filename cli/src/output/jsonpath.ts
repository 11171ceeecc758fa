import { usageError } from "../errors.ts";

type Step = { kind: "field"; name: string } | { kind: "index"; index: number } | { kind: "all" };
type Part =
  | { kind: "text"; text: string }
  | { kind: "path"; steps: readonly Step[] }
  | { kind: "range"; steps: readonly Step[]; parts: readonly Part[] };

type Shown = (text: string) => string;

const TEMPLATE_MAX_LENGTH = 10_000;

/**
 * Fills a template of kubectl's jsonpath in: `{.id}`, `{.items[*].quantity}`, `{.items[0]['productName']}`, `{"\n"}`,
 * `{range .items[*]}…{end}`. Filters and scripts are left out: nothing is ever evaluated.
 * @param shown what stands for the text of a value; the text itself when absent
 * @throws {CliError} USAGE
 */
export function jsonpath(template: string, data: unknown, shown: Shown = (text) => text): string {
  if (template.length > TEMPLATE_MAX_LENGTH) throw usageError("The jsonpath is longer than 10,000 characters.");
  const whole = template.includes("{") ? template : `{${template}}`;
  return render(parse(tokens(whole)), data, shown);
}

function render(parts: readonly Part[], data: unknown, shown: Shown): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      const found = select(part.steps, data);
      return part.kind === "path"
        ? found.map((value) => shown(textOf(value))).join(" ")
        : found.map((each) => render(part.parts, each, shown)).join("");
    })
    .join("");
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

function select(steps: readonly Step[], data: unknown): readonly unknown[] {
  let found: readonly unknown[] = [data];
  for (const step of steps) found = found.flatMap((value) => children(step, value));
  return found;
}

function children(step: Step, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (step.kind === "all") return Object.values(value);
  if (step.kind === "index") {
    const item: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
    return item === undefined ? [] : [item];
  }
  const field = Object.hasOwn(value, step.name) ? (value as Record<string, unknown>)[step.name] : undefined;
  return field === undefined ? [] : [field];
}

interface Token {
  readonly isCode: boolean;
  readonly text: string;
}

function tokens(template: string): Token[] {
  const found: Token[] = [];
  const pattern = /\{((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^{}"'])*)\}|([^{]+)/y;
  while (pattern.lastIndex < template.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(template);
    if (match === null) throw usageError(`The jsonpath ends unexpectedly at "${template.slice(at, at + 20)}".`);
    found.push(
      match[1] === undefined ? { isCode: false, text: match[2] ?? "" } : { isCode: true, text: match[1].trim() },
    );
  }
  return found;
}

interface OpenRange {
  readonly steps: readonly Step[];
  readonly parts: Part[];
}

function parse(all: readonly Token[]): readonly Part[] {
  const root: OpenRange = { steps: [], parts: [] };
  const open: OpenRange[] = [root];
  const parts = (): Part[] => (open.at(-1) ?? root).parts;
  for (const { isCode, text } of all) {
    if (!isCode) parts().push({ kind: "text", text });
    else if (text.startsWith('"')) parts().push({ kind: "text", text: quoted(text) });
    else if (text === "end") {
      const closed = open.length > 1 ? open.pop() : undefined;
      if (closed === undefined) throw usageError("The jsonpath has an {end} without a {range}.");
      parts().push({ kind: "range", ...closed });
    } else if (text.startsWith("range ")) open.push({ steps: path(text.slice(6).trim()), parts: [] });
    else parts().push({ kind: "path", steps: path(text) });
  }
  if (open.length > 1) throw usageError("The jsonpath has a {range} without an {end}.");
  return parts();
}

/** A text in double quotes, with the escapes of JSON. */
function quoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw notUnderstood(text);
  }
}

const notUnderstood = (text: string): Error =>
  usageError(`The jsonpath cannot be parsed at "${text}".`, "ordersctl help output");

function path(text: string): readonly Step[] {
  const steps: Step[] = [];
  const source = text.replace(/^[$@]/, "");
  const pattern = /\.([\w-]+)|\.?\[(-?\d+)\]|\.?\[\*\]|\.\*|\['([^']*)'\]|\.$/y;
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    if (match === null) throw notUnderstood(source.slice(at));
    const [whole, field, index, quoted] = match;
    if (field !== undefined || quoted !== undefined) steps.push({ kind: "field", name: field ?? quoted ?? "" });
    else if (index !== undefined) steps.push({ kind: "index", index: Number(index) });
    else if (whole !== ".") steps.push({ kind: "all" });
  }
  return steps;
}
