import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from "yaml";
import type { Position } from "../finding.ts";
import type { Path, Source, SourceDocument, SourceProblem } from "./document.ts";
import { kubernetesTags } from "./tags.ts";

/** Limit on the documents of one text. */
const MAX_DOCUMENTS = 10_000;

/** Limit on how often one anchor is used, with the aliases inside of it: what grows further is no manifest. */
const MAX_ALIASES = 1000;

/** What a template of a chart holds, unlike those of alerts and of swarms. */
const TEMPLATE = /\{\{[^}\n]{0,200}(?:\.(?:Values|Release|Chart|Capabilities)|\b(?:include|define))\b/;
const TEMPLATE_HINT = "Render the chart first: helm template CHART | ordersctl validate -.";

/** Reads all documents of a text, each with the way back to its places. */
export function parsePositioned(source: Source): { documents: SourceDocument[]; problems: SourceProblem[] } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(source.text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    logLevel: "silent",
    // It compares every key of a map with all the others; `repeatedKeys` looks at each once.
    uniqueKeys: false,
    customTags: (tags) => [...kubernetesTags, ...tags],
  });
  const documents: SourceDocument[] = [];
  const problems: SourceProblem[] = [];
  const all = Array.isArray(parsed) ? parsed : [];
  const next = all[MAX_DOCUMENTS];
  if (next !== undefined) {
    const sentence = `There are more than ${MAX_DOCUMENTS} documents; those from here on are ignored.`;
    problems.push({ file: source.file, ...positionAt(lines, next.range[0]), rule: "yaml-syntax", sentence });
  }
  const isTemplate = all.some(({ errors }) => errors.length > 0) && TEMPLATE.test(source.text);
  const hint = isTemplate ? { hint: TEMPLATE_HINT } : {};
  for (const document of all.slice(0, MAX_DOCUMENTS)) {
    // Those after the first follow from it.
    problems.push(...document.errors.slice(0, 1).map((error) => ({ ...toProblem(error, source, lines), ...hint })));
    problems.push(...repeatedKeys(document, source, lines));
    if (document.errors.length > 0 || document.contents === null) continue;
    readDocument(document, source, lines, { documents, problems });
  }
  return { documents, problems };
}

function readDocument(
  document: Document,
  source: Source,
  lines: LineCounter,
  into: { documents: SourceDocument[]; problems: SourceProblem[] },
): void {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (value === null || value === undefined) return;
    into.documents.push({
      value,
      files: () => [source.file],
      locate: (path) => ({ file: source.file, ...positionAt(lines, offsetOf(document, path)) }),
    });
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    const at = positionAt(lines, looseAliasOf(document) ?? startOf(document.contents) ?? 0);
    into.problems.push({ file: source.file, ...at, rule: "yaml-syntax", sentence: `${sentence}.` });
  }
}

/** The offset of the first alias whose anchor does not stand before it. */
function looseAliasOf(document: Document): number | undefined {
  const anchors = new Set<string | undefined>();
  let offset: number | undefined;
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) anchors.add(node.anchor);
      else if (!anchors.has(node.source)) {
        offset = startOf(node);
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return offset;
}

function toProblem(
  error: { readonly message: string; readonly pos: readonly [number, number] },
  source: Source,
  lines: LineCounter,
): SourceProblem {
  const sentence = error.message.split("\n", 1)[0] ?? error.message;
  return {
    file: source.file,
    ...positionAt(lines, error.pos[0]),
    rule: "yaml-syntax",
    sentence: `This is not valid YAML: ${sentence.replace(/[.:]?$/, ".")}`,
  };
}

/** Keys that stand in their map already. */
function repeatedKeys(document: Document, source: Source, lines: LineCounter): SourceProblem[] {
  const problems: SourceProblem[] = [];
  visit(document, {
    Map(_, { items }) {
      const values = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (values.has(key.value)) problems.push(toRepeated(startOf(key) ?? 0, source, lines));
        values.add(key.value);
      }
    },
  });
  return problems;
}

function toRepeated(offset: number, source: Source, lines: LineCounter): SourceProblem {
  const key = /^[^\s:#]+/.exec(source.text.slice(offset))?.[0] ?? "key";
  return {
    file: source.file,
    ...positionAt(lines, offset),
    rule: "yaml-duplicate-key",
    sentence: `The key ${key} appears twice in the same map.`,
    hint: "Keep one of the two; parsers that accept both silently drop the first.",
  };
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The offset of the value when it is a scalar, else of its key; of the deepest ancestor when the path is absent. */
function offsetOf(document: Document, path: Path): number {
  let node = resolve(document, document.contents);
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    const [key, value] = childOf(document, node, step);
    if (value === undefined && key === undefined) return offset;
    node = resolve(document, value ?? null);
    const valueStart = isScalar(node) && node.source !== "" ? startOf(value ?? null) : undefined;
    offset = valueStart ?? startOf(key ?? null) ?? startOf(value ?? null) ?? offset;
  }
  return offset;
}

function childOf(
  document: Document,
  node: Node | null,
  step: string | number,
): readonly [key?: Node | undefined, value?: Node | undefined] {
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return item === undefined ? [] : [undefined, item as Node];
  }
  if (!isMap(node)) return [];
  const pair = pairsOf(node).get(String(step));
  if (pair !== undefined) return [pair.key as Node, (pair.value ?? undefined) as Node | undefined];
  return childOfMerged(document, node.items, step);
}

const pairsByMap = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The pairs of a map by their keys: a search of the list for each of thousands of findings would take minutes. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = pairsByMap.get(map);
  if (known !== undefined) return known;
  const pairs = new Map<string, Pair>();
  for (const pair of map.items) {
    if (!isScalar(pair.key)) continue;
    // `y` is a boolean to Kubernetes, and the name of a service to compose.
    for (const key of [String(pair.key.value), pair.key.source])
      if (key !== undefined && !pairs.has(key)) pairs.set(key, pair);
  }
  pairsByMap.set(map, pairs);
  return pairs;
}

function childOfMerged(
  document: Document,
  items: readonly unknown[],
  step: string | number,
): readonly [key?: Node | undefined, value?: Node | undefined] {
  for (const pair of items) {
    if (!isPair(pair) || !isScalar(pair.key) || pair.key.source !== "<<") continue;
    const merged = resolve(document, pair.value as Node);
    for (const map of isSeq(merged) ? merged.items : [merged]) {
      const found = childOf(document, resolve(document, map as Node), step);
      if (found.length > 0) return found;
    }
  }
  return [];
}

function resolve(document: Document, node: Node | null): Node | null {
  return isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : node;
}

function startOf(node: Node | null): number | undefined {
  return node?.range?.[0];
}
