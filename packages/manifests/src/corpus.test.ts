import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { checkManifests } from "./check.ts";
import { RULES } from "./rules/table.ts";
import { findingsOf, listFaults, loadFault } from "./test/corpus.ts";

// A busy machine is slow, and programs are started here.
setDefaultTimeout(120_000);

const faults = await listFaults();
const named = faults.map((fault) => [`${fault.rule}/${fault.name}`, fault] as const);

describe("the corpus of seeded faults", () => {
  test("has at least one fault for every rule, and 60 in all", () => {
    const covered = new Set(faults.map(({ rule }) => rule));
    expect(RULES.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
    expect([...covered].filter((rule) => !RULES.some(({ id }) => id === rule))).toEqual([]);
    expect(faults.length).toBeGreaterThanOrEqual(60);
  });

  test.each(named)("%s is found by its rule alone, in its line", async (_, fault) => {
    const findings = await findingsOf(fault);
    expect(fault.sentence).toMatch(/.{15,}/);
    expect([...new Set(findings.map(({ rule }) => rule))]).toEqual([fault.rule]);
    if (fault.places.length > 0) {
      expect(findings.map(({ file, line }) => `${file}:${line}`)).toEqual([...fault.places]);
    }
  });

  test.each(named)("%s escapes when its rule is off", async (_, fault) => {
    const { bundles, options } = await loadFault(fault);
    expect(checkManifests(bundles, { ...options, levels: new Map([[fault.rule, "off"]]) }).findings).toEqual([]);
  });
});
