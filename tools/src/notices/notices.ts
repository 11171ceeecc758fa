import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Something of others that is built into ours. */
export interface Licensed {
  /** Its name, and for a package its version and its licence in SPDX's words. */
  readonly title: string;
  /** Its licence and notice files, whole. */
  readonly texts: readonly string[];
}

/** Licences that ask for no more than to be passed on. */
const PERMISSIVE = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0"]);
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([-.]|$)/i;
const RULE = "-".repeat(80);

/**
 * What a package says about its licence.
 * @throws {Error} when it names one that asks for more than its text, or none
 */
export async function licensed(folder: string): Promise<Licensed> {
  const { name, version, license } = (await Bun.file(join(folder, "package.json")).json()) as Readonly<
    Record<"name" | "version" | "license", string>
  >;
  if (!PERMISSIVE.has(license))
    throw new Error(
      `${name} ${version} is licensed under ${license}: see whether it may be shipped, and on what terms.`,
    );
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).toSorted();
  const texts = await Promise.all(files.map((file) => textOf(join(folder, file))));
  return { title: `${name} ${version} (${license})`, texts };
}

/** What is not a package, but a file of ours made from theirs, with its licence and notice files. */
export async function vendored(title: string, files: readonly string[]): Promise<Licensed> {
  return { title, texts: await Promise.all(files.map(textOf)) };
}

const textOf = async (file: string): Promise<string> => (await Bun.file(file).text()).replaceAll("\r\n", "\n").trim();

/** One text for all: each licence once, below the packages that it is of. */
export function noticesOf(all: readonly Licensed[]): string {
  const byText = new Map<string, Set<string>>();
  for (const { title, texts } of all) {
    const text = texts.length > 0 ? texts.join("\n\n") : "(The package names its licence and holds no text of it.)";
    byText.set(text, (byText.get(text) ?? new Set()).add(title));
  }
  const sections = [...byText].map(([text, titles]) => `${RULE}\n${[...titles].join("\n")}\n\n${text}\n`);
  return `The programs, images and packages of Product Order System hold code of others, under the licences below. Programs
and images hold Bun as well, whose licences its documentation names: https://bun.com/docs/project/license.
\`bun run notices\` writes this file.

${sections.join("\n")}`;
}
