import { isRecord } from "../model/cursor.ts";
import { parseImage } from "../model/image.ts";
import { didYouMean } from "../model/words.ts";
import type { SourceProblem } from "../yaml/document.ts";
import type { LazySource } from "../yaml/lazy-source.ts";
import { isKustomizationFile } from "./kustomization.ts";

/** One entry under `images` of a kustomization. */
interface ImageChange {
  readonly source: LazySource;
  readonly index: number;
  readonly name: string;
  readonly newName: string | undefined;
}

/** Entries under `images` that change nothing of what was rendered: the tools pass over them without a word. */
export function unusedImages(sources: readonly LazySource[], rendered: string): SourceProblem[] {
  const changes = sources.filter(({ file }) => isKustomizationFile(file)).flatMap(changesIn);
  if (changes.length === 0) return [];
  const images = [...rendered.matchAll(/\bimage: ["']?([^\s"']+)/g)].map(([, image = ""]) => parseImage(image).name);
  const names = new Map(changes.map(({ name, newName }) => [name, newName ?? name]));
  return changes
    .filter(({ name }) => !images.includes(lastName(name, names)))
    .map(({ source, index, name }) => ({
      ...source.locate(["images", index, "name"]),
      rule: "kustomize-image",
      sentence: `No resource uses the image ${name}${didYouMean(name, images)}.`,
    }));
}

function changesIn(source: LazySource): ImageChange[] {
  const [value] = source.values;
  const images: unknown = isRecord(value) ? value["images"] : undefined;
  return (Array.isArray(images) ? images : []).flatMap((image: unknown, index) => {
    if (!isRecord(image) || typeof image["name"] !== "string") return [];
    const newName = typeof image["newName"] === "string" ? image["newName"] : undefined;
    return [{ source, index, name: image["name"], newName }];
  });
}

/** The name after all changes: an overlay may rename what its base renamed. */
function lastName(name: string, names: ReadonlyMap<string, string>): string {
  let last = name;
  for (const _ of names) last = names.get(last) ?? last;
  return last;
}
