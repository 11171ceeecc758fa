import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Bundle } from "../check.ts";
import { parseSource, type Source, type SourceProblem } from "../yaml/document.ts";
import { LazySource } from "../yaml/lazy-source.ts";
import { isCompose } from "../model/compose.ts";
import { readComposeFile } from "./compose-file.ts";
import type { Kustomization } from "./kustomization.ts";
import { unusedImages } from "./kustomize-images.ts";
import { unusedTargets } from "./kustomize-targets.ts";
import { readRendered } from "./origin.ts";

/** One bundle of sources that are read as they are. */
export function bundleOf(sources: readonly Source[]): Bundle {
  const parsed = sources.map((source) => readComposeFile(source) ?? parseSource(source));
  return {
    documents: parsed.flatMap(({ documents }) => documents),
    problems: parsed.flatMap(({ problems }) => problems),
    files: sources.map(({ file }) => file),
  };
}

/** The compose files of a bundle, and the rest of it. */
export function splitCompose(bundle: Bundle): { readonly compose: Bundle["documents"]; readonly rest: Bundle } {
  const compose = bundle.documents.filter(({ value }) => isCompose(value));
  const documents = bundle.documents.filter((document) => !compose.includes(document));
  return { compose, rest: { ...bundle, documents } };
}

/** A finding for each file that no kustomization beside it names. */
export function orphanBundle(files: readonly string[]): Bundle {
  const problems = files
    .filter((file) => !/\.example\.ya?ml$/.test(file) && /\.ya?ml$/.test(file))
    .map((file) => ({
      file,
      line: 1,
      column: 1,
      rule: "kustomize-orphan",
      sentence: `${basename(file)} is in the folder of a kustomization that does not list it, so it is never applied.`,
      hint: "Add it to resources, or move it to another folder.",
    }));
  return { documents: [], problems, files: problems.map(({ file }) => file) };
}

/** Sources of kustomizations, each read once. */
export class SourceFiles {
  readonly #known = new Map<string, LazySource>();

  /** All that the members name, overlays first. */
  async read(members: readonly Kustomization[]): Promise<LazySource[]> {
    const files = members
      .flatMap((member) => [member.file, ...member.files])
      .filter((file) => /\.(?:ya?ml|json)$/.test(file));
    return Promise.all([...new Set(files)].map((file) => this.#read(file)));
  }

  async #read(file: string): Promise<LazySource> {
    const source = this.#known.get(file) ?? new LazySource({ file, text: await readFile(file, "utf8") });
    this.#known.set(file, source);
    return source;
  }
}

/**
 * What a kustomization renders to. The tools that render drop the second of two equal keys without a word, so the sources
 * are looked through as well; other faults of theirs make the rendering fail.
 */
export function renderedBundle(root: Kustomization, sources: readonly LazySource[], rendered: string | Error): Bundle {
  const files = sources.map(({ file }) => file);
  const suspects = rendered instanceof Error ? sources : sources.filter(({ mayRepeatKeys }) => mayRepeatKeys);
  const problems = suspects.flatMap((source) => source.parsed.problems);
  if (problems.length > 0) return { documents: [], problems, files };
  if (rendered instanceof Error) return { documents: [], problems: [buildProblem(root, rendered)], files };
  const documents = readRendered({ file: `${root.folder} (rendered)`, text: rendered }, sources);
  return { documents, problems: [...unusedImages(sources, rendered), ...unusedTargets(sources, documents)], files };
}

/** What newer versions of kubectl put around their message: time, process and place, and quotes of either kind. */
const LOG_LINE = /^E\d{4} [^\]]*\] "command failed" err=(?:"(?<quoted>.*)"|<(?<block>.*)>)$/s;

function buildProblem({ file, folder }: Kustomization, error: Error): SourceProblem {
  const groups = LOG_LINE.exec(error.message.trim())?.groups;
  const said = groups?.["quoted"]?.replaceAll('\\"', '"') ?? groups?.["block"] ?? error.message;
  const message = said.trim().replace(/^error: /i, "");
  const sentence = `${folder} cannot be rendered: ${message.replaceAll(/\s+/g, " ").replace(/\.?$/, ".")}`;
  return { file, line: 1, column: 1, rule: "kustomize-build", sentence };
}
