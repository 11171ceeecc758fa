import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { parseAllDocuments } from "yaml";

// What the commands take from Bun and Node 20 has not, for the package that runs on Node. Commands that start programs of
// their own (compose, up) need Bun and say so.

const needsBun = (): never => {
  throw new Error(
    "This command needs Bun: take the ordersctl program, or a checkout and `npx -y bun@1.4.5 run ordersctl …`.",
  );
};

function which(name: string, options: { PATH?: string } = {}): string | null {
  for (const folder of (options.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** Bun answers the value of one document, and a list for several. */
function parseYaml(text: string): unknown {
  const documents = [...parseAllDocuments(text)];
  const values = documents.map((document): unknown => {
    const [error] = document.errors;
    if (error !== undefined) throw new SyntaxError(error.message);
    return document.toJS();
  });
  return values.length > 1 ? values : (values[0] ?? null);
}

async function fromAsync<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}

function groupBy<Value, Key>(values: Iterable<Value>, keyOf: (value: Value, index: number) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  let index = 0;
  for (const value of values) {
    const key = keyOf(value, index++);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

if (!("fromAsync" in Array)) Object.defineProperty(Array, "fromAsync", { value: fromAsync });
if (!("groupBy" in Map)) Object.defineProperty(Map, "groupBy", { value: groupBy });

Object.assign(globalThis, {
  Bun: {
    sleep: (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    which,
    spawn: needsBun,
    YAML: { parse: parseYaml },
    semver: { order: (one: string, other: string) => one.localeCompare(other, "en", { numeric: true }) },
  },
});
