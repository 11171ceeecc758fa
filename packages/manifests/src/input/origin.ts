import { Cursor, isRecord } from "../model/cursor.ts";
import { readResources, type Resource } from "../model/resource.ts";
import { parseSource, type Path, type Source, type SourceDocument } from "../yaml/document.ts";
import type { LazySource } from "../yaml/lazy-source.ts";
import { parseValues } from "../yaml/values.ts";

type Place = ReturnType<SourceDocument["locate"]>;

/**
 * Reads the output of kustomize so that findings point at the files that it was made of: to the source document of the
 * same kind and name that holds the value itself, as an overlay's patch does, else to the one that comes nearest to it, that
 * of the same namespace and the base first. What stands in no source file is reported at its line of the rendered stream.
 */
export function readRendered(rendered: Source, sources: readonly LazySource[]): SourceDocument[] {
  const origins = new Origins(sources);
  let positioned: readonly SourceDocument[] | undefined;
  return parseValues(rendered.text).map((value, index) => {
    const document: SourceDocument = {
      value,
      files: () => origins.sourcesOf(value).map(({ file }) => file),
      locate(path) {
        const place = locateOriginal(path, document, origins.resourcesOf(value));
        if (place !== undefined) return place;
        positioned ??= parseSource(rendered).documents;
        return positioned[index]?.locate(path) ?? { file: rendered.file, line: 1, column: 1 };
      },
    };
    return document;
  });
}

/** Which sources hold which resources. Most runs find nothing, so it is made when the first place is asked for. */
class Origins {
  readonly #sources: readonly LazySource[];
  #index: ReadonlyMap<string, readonly LazySource[]> | undefined;

  constructor(sources: readonly LazySource[]) {
    this.#sources = sources;
  }

  sourcesOf(value: unknown): readonly LazySource[] {
    return this.#find(value)[1];
  }

  /** The resources of the sources that the value was made of, with their places. */
  resourcesOf(value: unknown): readonly Resource[] {
    const [id, sources] = this.#find(value);
    const resources = sources.flatMap(({ parsed }) => parsed.documents).flatMap(readResources);
    return resources.filter(({ kind, name }) => `${kind}/${name}` === id);
  }

  /** Generators add a hash to names, and kustomizations prefixes and suffixes: those are found by the rest. */
  #find(value: unknown): readonly [id: string, sources: readonly LazySource[]] {
    this.#index ??= indexSources(this.#sources);
    const id = idOf(value);
    const exact = this.#index.get(id);
    if (exact !== undefined) return [id, exact];
    const [kind = "", name = ""] = id.split("/");
    const near = [...this.#index]
      .filter(([other]) => other.startsWith(`${kind}/`) && name.includes(other.slice(kind.length + 1)))
      .sort(([a], [b]) => b.length - a.length);
    return near[0] ?? [id, []];
  }
}

function indexSources(sources: readonly LazySource[]): ReadonlyMap<string, readonly LazySource[]> {
  const index = new Map<string, LazySource[]>();
  for (const source of sources) {
    for (const id of new Set(source.values.map(idOf))) index.set(id, [...(index.get(id) ?? []), source]);
  }
  return index;
}

function idOf(value: unknown): string {
  if (!isRecord(value)) return "/";
  const name = isRecord(value["metadata"]) ? value["metadata"]["name"] : undefined;
  return `${typeof value["kind"] === "string" ? value["kind"] : ""}/${typeof name === "string" ? name : ""}`;
}

function locateOriginal(path: Path, document: SourceDocument, candidates: readonly Resource[]): Place | undefined {
  const rendered = new Cursor(document, document.value);
  const wanted = rendered.get(...path).value;
  const namespace = rendered.get("metadata", "namespace").text;
  let best: Cursor | undefined;
  let bestScore = -1;
  for (const { root } of candidates) {
    const found = translate(path, document, root);
    const depth = found.path.length - root.path.length;
    const own = root.get("metadata", "namespace");
    const isSame = depth === path.length && sameValue(found.value, wanted);
    const score = depth * 4 + (isSame ? 2 : 0) + (!own.isSet || own.text === namespace ? 1 : 0);
    if (score >= bestScore) [best, bestScore] = [found, score];
  }
  return best?.locate();
}

/** The same place in a source document, as deep as it goes; list items are found by their name. */
function translate(path: Path, document: SourceDocument, root: Cursor): Cursor {
  let rendered = new Cursor(document, document.value);
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

function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}
