import { Ajv } from "ajv";
import { Glob } from "bun";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { Cursor, isRecord } from "../model/cursor.ts";
import data from "./kubernetes.json" with { type: "json" };
import { schemaOfKind } from "./definitions.ts";
import { validateSchema } from "./validate.ts";
import { KUBERNETES_VERSIONS, parseVersion } from "./versions.ts";

// A busy machine is slow, and programs are started here.
setDefaultTimeout(120_000);

const document = { value: undefined, files: () => [], locate: () => ({ file: "test.yaml", line: 1, column: 1 }) };
const MINOR = parseVersion(KUBERNETES_VERSIONS.at(-1) ?? "");
const VALID = await readExamples();

/** What is put into a manifest at a random place. */
const wrongValue = fc.constantFrom<unknown>(
  "",
  "text",
  "2",
  7,
  -1,
  1.5,
  2 ** 33,
  true,
  null,
  [],
  ["x"],
  {},
  { unknown: 1 },
);

describe("validateSchema", () => {
  test("agrees with a full JSON Schema validator on manifests with one random change", () => {
    const ajv = referee();
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...VALID), fc.nat(), wrongValue, fc.boolean(), (valid, at, value, asNewField) => {
        const changed = change(structuredClone(valid), at, value, asNewField);
        const isValid = ajv(changed);
        if (!isValid) refused++;
        expect({ changed, isValid: isOurs(changed) }).toEqual({ changed, isValid });
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  test("finds the examples valid", () => {
    for (const valid of VALID) expect(isOurs(valid)).toBe(true);
  });

  test("takes only fields that the version has", () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "x" },
      spec: { containers: [{ name: "x" }], workloadRef: {} },
    };
    const sentences = (minor: number): string[] => check(pod, minor).map(({ sentence }) => sentence);
    expect(sentences(31)).toEqual(["workloadRef is not a field of spec."]);
    expect(KUBERNETES_VERSIONS).toEqual(["1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]);
  });

  test("shows no value of a Secret", () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "x" }, data: { a: 12345, b: "hunter2!" } };
    const printed = JSON.stringify(check(secret, MINOR).map(({ sentence, hint }) => [sentence, hint]));
    expect(printed).toContain("data.a");
    expect(printed).not.toMatch(/12345|hunter2/);
  });

  test.each([
    ["500m", true],
    ["1e3", true],
    ["0.5", true],
    ["128Mi", true],
    ["500milli", false],
    ["128MB", false],
    ["1 Gi", false],
    ["", false],
  ])("takes %j for a quantity: %p", (cpu, isValid) => {
    const limits = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "x" }, spec: { hard: { cpu } } };
    expect(check(limits, MINOR).map(({ rule }) => rule)).toEqual(isValid ? [] : ["quantity"]);
  });
});

function check(value: Record<string, unknown>, minor: number): ReturnType<typeof validateSchema> {
  const schema = schemaOfKind(String(value["apiVersion"]), String(value["kind"]));
  if (schema === undefined) throw new Error(`no schema of ${String(value["kind"])}`);
  return validateSchema(new Cursor(document, value), schema, minor);
}

/** By the rules that JSON Schema can decide: quantities, base64 and what the schema does not say are no matter of it. */
function isOurs(value: Record<string, unknown>): boolean {
  const decided = check(value, MINOR).filter(
    ({ rule, sentence }) => rule.startsWith("schema-") && !/base64|32 bits/.test(sentence),
  );
  return decided.length === 0;
}

/** The vendored definitions as plain JSON Schema, read by ajv; the kind decides which one is asked. */
function referee(): (value: Record<string, unknown>) => boolean {
  const $defs = Object.fromEntries(
    Object.entries(data.definitions).flatMap(([name, variants]) => {
      const variant = (variants as [number[], object][]).find(([minors]) => minors.includes(MINOR));
      return variant === undefined ? [] : [[name, toJsonSchema(variant[1])]];
    }),
  );
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: "kubernetes", $defs });
  return (value) => {
    const kind = `${String(value["apiVersion"])}/${String(value["kind"])}`;
    const name = (data.kinds as Record<string, string>)[kind];
    return ajv.getSchema(`kubernetes#/$defs/${name}`)?.(value) === true;
  };
}

/** Full references; and `anyOf`, because the source's `oneOf` of two nullable types refuses null, which Kubernetes takes. */
function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (!isRecord(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === "$ref" && typeof value === "string") return [key, `#/$defs/${value}`];
      return [key === "oneOf" ? "anyOf" : key, toJsonSchema(value)];
    }),
  );
}

async function readExamples(): Promise<Record<string, unknown>[]> {
  const folder = join(import.meta.dir, "../../examples");
  const texts = await Promise.all(
    [...new Glob("*.yaml").scanSync(folder)].sort().map((file) => Bun.file(join(folder, file)).text()),
  );
  return texts.flatMap((text) =>
    parseAllDocuments(text, { merge: true }).map((parsed) => parsed.toJS() as Record<string, unknown>),
  );
}

/** Replaces the value at one place, or puts a field beside it; kind and apiVersion stay. */
function change(
  root: Record<string, unknown>,
  at: number,
  value: unknown,
  asNewField: boolean,
): Record<string, unknown> {
  const places: { holder: Record<string, unknown> | unknown[]; key: string | number }[] = [];
  const walk = (holder: unknown): void => {
    if (Array.isArray(holder)) holder.forEach((item, key) => (places.push({ holder, key }), walk(item)));
    if (!isRecord(holder)) return;
    for (const key of Object.keys(holder)) {
      if (holder === root && ["apiVersion", "kind"].includes(key)) continue;
      places.push({ holder, key });
      walk(holder[key]);
    }
  };
  walk(root);
  const { holder, key } = places[at % places.length]!;
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else holder[asNewField ? `${key}X` : key] = value;
  return root;
}
