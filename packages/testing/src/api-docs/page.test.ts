import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startStack, type Stack } from "../stack.ts";
import { exampleOf, jsonSchema, type OpenApi, resolved, type Schema } from "./document.ts";
import { apiPage } from "./page.ts";

setDefaultTimeout(120_000);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

describe.each(["user", "product", "order"] as const)("the page of %s-service", (name) => {
  const read = async () => resolved((await (await fetch(`${stack.urls[name]}/swagger/json`)).json()) as OpenApi);
  const bodiesOf = ({ paths }: OpenApi) =>
    Object.values(paths).flatMap((operations) =>
      Object.values(operations).flatMap(({ requestBody }) => jsonSchema(requestBody?.content) ?? []),
    );

  test("has lines for curl that a shell hands over as they are meant", async () => {
    const document = await read();
    const lines = [...apiPage(document, { port: 3001, calls: "", environment: {} }).matchAll(/```sh\n(.*?)\n```/gs)];
    const told = lines.map(([, line]) => Bun.spawnSync(["sh", "-c", `curl() { printf '%s\\n' "$@"; }; ${line}`]));
    expect(told.map(({ exitCode, stderr }) => [exitCode, stderr.toString()])).toEqual(lines.map(() => [0, ""]));
    const bodies = told.flatMap(({ stdout }) => /^-d\n(.*)\n$/m.exec(stdout.toString())?.[1] ?? []);
    expect(bodies.sort()).toEqual(
      bodiesOf(document)
        .map((schema) => JSON.stringify(exampleOf(schema)))
        .sort(),
    );
  });

  test("has examples of bodies whose texts are of the form that is asked for", async () => {
    const texts = bodiesOf(await read()).flatMap(textsOf);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(String(exampleOf(text))).toMatch(new RegExp(text.pattern ?? ""));
  });

  test("has no example that changes a status or a role to what a new resource has", async () => {
    const examples = bodiesOf(await read()).map((schema) => JSON.stringify(exampleOf(schema)));
    expect(examples.filter((example) => /"(status|role)":"(pending|active|customer)"/.test(example))).toEqual([]);
  });
});

/** Every text within a schema. */
function textsOf(schema: Schema): readonly Schema[] {
  const inner = [...Object.values(schema.properties ?? {}), ...(schema.anyOf ?? []), schema.items ?? []].flat();
  return [...(schema.type === "string" && schema.enum === undefined ? [schema] : []), ...inner.flatMap(textsOf)];
}
