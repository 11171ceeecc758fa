import { expect, test } from "bun:test";
import { CHOICES, FIELDS } from "./constraints.ts";
import { definitionOf } from "./definitions.ts";
import data from "./kubernetes.json" with { type: "json" };

const MINOR = Math.max(...data.minors);

test("every field that Kubernetes asks more of is one of the published schema", () => {
  const named = [
    ...Object.entries(FIELDS).map(([name, checks]) => [name, Object.keys(checks)] as const),
    ...Object.entries(CHOICES).map(([name, { of }]) => [name, of.flat()] as const),
  ];
  expect(named.length).toBeGreaterThan(50);
  for (const [name, fields] of named) {
    const prefix = name.startsWith("meta.") ? "io.k8s.apimachinery.pkg.apis." : "io.k8s.api.";
    expect(Object.keys(definitionOf(`${prefix}${name}`, MINOR).properties ?? {})).toEqual(
      expect.arrayContaining(fields),
    );
  }
});
