import { describe, expect, test } from "bun:test";
import { parseSource } from "./document.ts";
import { parseValues } from "./values.ts";

describe("parseSource", () => {
  test("reads what Kubernetes takes for booleans and octal numbers", () => {
    const [document] = parseSource({ file: "x", text: "a: yes\nb: off\nc: y\nd: 0440\ne: 'yes'\nf: 10\n" }).documents;
    expect(document?.value).toEqual({ a: true, b: false, c: true, d: 288, e: "yes", f: 10 });
  });

  test("reads numbers with underscores and binary ones, as Kubernetes does", () => {
    const text = "a: 1_000\nb: 2024_06_01\nc: -0b101\nd: 0b11\ne: '1_000'\nf: 1_a\ng: _1\nh: 0_17\ni: 1_0.5\n";
    const [document] = parseSource({ file: "x", text }).documents;
    expect(document?.value).toEqual({
      a: 1000,
      b: 20_240_601,
      c: -5,
      d: 3,
      e: "1_000",
      f: "1_a",
      g: "_1",
      h: 15,
      i: 10.5,
    });
  });

  test("locates values, keys of maps, items, merged keys and the nearest place of what is absent", () => {
    const text = "base: &base\n  port: 1\nweb:\n  <<: *base\n  list:\n    - name: a\n  empty:\n";
    const [document] = parseSource({ file: "x.yaml", text }).documents;
    const at = (...path: (string | number)[]): string => {
      const { line, column } = document?.locate(path) ?? { line: 0, column: 0 };
      return `${line}:${column}`;
    };
    expect(at("base", "port")).toBe("2:9");
    expect(at("web", "port")).toBe("2:9");
    expect(at("web", "list")).toBe("5:3");
    expect(at("web", "list", 0)).toBe("6:7");
    expect(at("web", "list", 0, "name")).toBe("6:13");
    expect(at("web", "empty")).toBe("7:3");
    expect(at("web", "list", 0, "absent", "deeper")).toBe("6:7");
    expect(at()).toBe("1:1");
  });

  test("locates keys that are numbers or words for booleans by how they are written", () => {
    const text = "services:\n  1: one\n  y: two\n  0x10: three\n  'n': four\n  on:\n    off: five\n";
    const [document] = parseSource({ file: "x.yaml", text }).documents;
    const lines = [["1"], ["y"], ["0x10"], ["n"], ["on", "off"]].map(
      (path) => document?.locate(["services", ...path]).line,
    );
    expect(lines).toEqual([2, 3, 4, 5, 7]);
  });

  test("leaves out documents with comments alone and goes on after a broken one", () => {
    const { documents, problems } = parseSource({ file: "x", text: "# nothing\n---\na: [1\n---\nb: 2\n" });
    expect(documents.map(({ value }) => value)).toEqual([{ b: 2 }]);
    expect(problems[0]).toMatchObject({ rule: "yaml-syntax", file: "x" });
  });

  test("tells a chart's template once, with what to do", () => {
    const text =
      "{{- if .Values.on }}\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n{{- end }}\n---\na: [1\n";
    const { problems } = parseSource({ file: "x", text });
    const hint = "Render the chart first: helm template CHART | ordersctl validate -.";
    expect(problems.map(({ line, hint: told }) => [line, told])).toEqual([
      [1, hint],
      [8, hint],
    ]);
  });

  test("does not take the braces of an alert or of a swarm for those of a chart", () => {
    const text = 'summary: "{{ $labels.pod }} is down"\nhostname: "{{.Node.Hostname}}"\nports: [80\n';
    const { problems } = parseSource({ file: "x", text });
    expect(problems.map(({ rule, hint }) => [rule, hint])).toEqual([["yaml-syntax", undefined]]);
  });

  test("finds keys that stand twice where they stand again, and reads the rest", () => {
    const text = `a: &a { b: 1, "b": 2 }
c:
  - d: 1
    e: { d: 1 }
    'd': 2
    d: 3
? a
: <<: *a
---
1: one
"1": text
yes: a
true: b
`;
    const { documents, problems } = parseSource({ file: "x", text });
    expect(problems.map(({ line, column, rule, sentence }) => `${line}:${column} ${rule} ${sentence}`)).toEqual([
      "7:3 yaml-duplicate-key The key a appears twice in the same map.",
      '1:15 yaml-duplicate-key The key "b" appears twice in the same map.',
      "5:5 yaml-duplicate-key The key 'd' appears twice in the same map.",
      "6:5 yaml-duplicate-key The key d appears twice in the same map.",
      "13:1 yaml-duplicate-key The key true appears twice in the same map.",
    ]);
    expect(documents).toHaveLength(2);
  });

  test("takes an anchor that is used many times", () => {
    const text = `a: &a { b: [1] }\nlist:\n${"  - *a\n".repeat(500)}`;
    const { documents, problems } = parseSource({ file: "x", text });
    expect(problems).toEqual([]);
    expect(documents).toHaveLength(1);
  });

  test("names the place of an alias without an anchor", () => {
    const text = "a: 1\n---\nb: 2\nc:\n  - *none\n";
    const { problems } = parseSource({ file: "x", text });
    expect(problems.map(({ line, column }) => `${line}:${column}`)).toEqual(["5:5"]);
  });

  test("says so when there are more documents than it reads", () => {
    const { documents, problems } = parseSource({ file: "x", text: "a\n---\n".repeat(10_002) });
    expect(documents).toHaveLength(10_000);
    expect(problems.map(({ line, rule }) => [line, rule])).toEqual([[20_000, "yaml-syntax"]]);
  }, 60_000);

  test("stops at aliases that grow beyond measure", () => {
    const bomb = Array.from(
      { length: 12 },
      (_, n) =>
        `a${n}: &a${n} [${
          n === 0
            ? "x"
            : Array(9)
                .fill(`*a${n - 1}`)
                .join(", ")
        }]`,
    );
    const { problems } = parseSource({ file: "x", text: `${bomb.join("\n")}\n` });
    expect(problems.map(({ rule }) => rule)).toEqual(["yaml-syntax"]);
  });
});

describe("parseValues", () => {
  test("reads a rendered stream as the slower parser does", () => {
    const text = 'a: "yes"\nb:\n- 1\n- c: |\n    two\n    lines\nd: 420\n---\ne: ""\nf: null\ng: 1.5\nh: "0644"\n';
    expect(parseValues(text)).toEqual(parseSource({ file: "", text }).documents.map(({ value }) => value));
  });
});
