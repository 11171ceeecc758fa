import { Cursor } from "../model/cursor.ts";
import { readResources, type Resource } from "../model/resource.ts";
import { parseSource, type Path, type Source, type SourceDocument } from "../yaml/document.ts";

/**
 * Reads the output of kustomize so that findings point at the files that it was made of: to the source document of the
 * same kind and name that holds the value itself (an overlay's patch before the base), else to the nearest place above
 * it. What stands in no source file is reported at its line of the rendered stream.
 */
export function readRendered(rendered: Source, originals: readonly SourceDocument[]): SourceDocument[] {
  const sources = new Map<string, Resource[]>();
  for (const resource of originals.flatMap(readResources)) {
    const id = idOf(resource);
    sources.set(id, [...(sources.get(id) ?? []), resource]);
  }
  return parseSource(rendered).documents.map((document) => {
    const resource = readResources(document)[0];
    const candidates = resource === undefined ? [] : candidatesFor(resource, sources);
    return { value: document.value, locate: (path) => locate(path, document, candidates) };
  });
}

function idOf({ kind, name }: Resource): string {
  return `${kind}/${name}`;
}

/** Generators add a hash to names, prefixes and suffixes are added by the kustomization: those are found by the rest. */
function candidatesFor(resource: Resource, sources: ReadonlyMap<string, readonly Resource[]>): readonly Resource[] {
  const exact = sources.get(idOf(resource));
  if (exact !== undefined) return exact;
  const near = [...sources.values()]
    .flat()
    .filter(({ kind, name }) => kind === resource.kind && resource.name.includes(name));
  return near.toSorted((a, b) => b.name.length - a.name.length).slice(0, 1);
}

function locate(
  path: Path,
  document: SourceDocument,
  candidates: readonly Resource[],
): ReturnType<SourceDocument["locate"]> {
  const wanted = valueAt(new Cursor(document, [], document.value), path);
  let best: Cursor | undefined;
  let bestScore = -1;
  for (const { root } of candidates) {
    const found = translate(path, document, root);
    const isSame = found.path.length - root.path.length === path.length && sameValue(found.value, wanted);
    const score = (found.path.length - root.path.length) * 2 + (isSame ? 1 : 0);
    if (score > bestScore) [best, bestScore] = [found, score];
  }
  return best === undefined ? document.locate(path) : best.locate();
}

/** The same place in a source document, as deep as it goes; list items are found by their name. */
function translate(path: Path, document: SourceDocument, root: Cursor): Cursor {
  let rendered = new Cursor(document, [], document.value);
  let source = root;
  for (const step of path) {
    rendered = rendered.get(step);
    const next = typeof step === "number" ? itemLike(rendered, step, source) : source.get(step);
    if (next === undefined || next.value === undefined) return source;
    source = next;
  }
  return source;
}

function itemLike(rendered: Cursor, index: number, source: Cursor): Cursor | undefined {
  const items = source.items();
  const key = ["name", "containerPort", "port", "key"].find((each) => rendered.get(each).isSet);
  if (key === undefined) return items.find((item) => sameValue(item.value, rendered.value)) ?? items[index];
  return items.find((item) => item.get(key).value === rendered.get(key).value);
}

function valueAt(root: Cursor, path: Path): unknown {
  return root.get(...path).value;
}

function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}
