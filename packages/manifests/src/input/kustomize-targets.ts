import { isRecord } from "../model/cursor.ts";
import { didYouMean } from "../model/words.ts";
import type { SourceProblem } from "../yaml/document.ts";
import type { LazySource } from "../yaml/lazy-source.ts";
import { isKustomizationFile } from "./kustomization.ts";

/** What a patch says of its target: both are patterns. */
interface Target {
  readonly source: LazySource;
  readonly index: number;
  readonly kind: string;
  readonly name: string;
}

interface Named {
  readonly kind: string;
  readonly name: string;
}

/**
 * Patches whose target takes nothing: the tools pass over them without a word. Names are looked for inside of those that
 * were rendered, because kustomizations add prefixes, suffixes and hashes to them.
 */
export function unusedTargets(
  sources: readonly LazySource[],
  rendered: readonly { readonly value: unknown }[],
): SourceProblem[] {
  const targets = sources.filter(({ file }) => isKustomizationFile(file)).flatMap(targetsIn);
  if (targets.length === 0) return [];
  const names = rendered.flatMap(({ value }) => namedIn(value));
  const missed = targets.filter((target) => !names.some((each) => takes(target, each)));
  if (missed.length === 0) return [];
  // Another patch may have taken the resource away.
  const before = sources.flatMap(({ values }) => values).flatMap(namedIn);
  return missed
    .filter((target) => !before.some((each) => takes(target, each)))
    .map(({ source, index, kind, name }) => {
      const known = names.filter((each) => kind === "" || each.kind === kind).map((each) => each.name);
      const wanted = [kind, name].filter((word) => word !== "").join(" ");
      const sentence = `This patch targets ${wanted}, which matches no resource${didYouMean(name, known)}.`;
      return { ...source.locate(["patches", index, "target"]), rule: "kustomize-target", sentence };
    });
}

/** A component is used by several kustomizations, and may speak of what only some of them have. */
function targetsIn(source: LazySource): Target[] {
  const [value] = source.values;
  if (!isRecord(value) || value["kind"] === "Component") return [];
  const patches: unknown = value["patches"];
  return (Array.isArray(patches) ? patches : []).flatMap((patch: unknown, index) => {
    const target: unknown = isRecord(patch) ? patch["target"] : undefined;
    if (!isRecord(target)) return [];
    const [kind, name] = [target["kind"], target["name"]].map((part) => (typeof part === "string" ? part : ""));
    return kind || name ? [{ source, index, kind: kind ?? "", name: name ?? "" }] : [];
  });
}

function takes({ kind, name }: Target, resource: Named): boolean {
  try {
    const part = name.replace(/^\^/, "").replace(/\$$/, "");
    return new RegExp(`^(?:${kind || ".*"})$`).test(resource.kind) && new RegExp(part).test(resource.name);
  } catch {
    return true;
  }
}

function namedIn(value: unknown): Named[] {
  if (!isRecord(value) || typeof value["kind"] !== "string" || !isRecord(value["metadata"])) return [];
  const { name } = value["metadata"];
  return typeof name === "string" ? [{ kind: value["kind"], name }] : [];
}
