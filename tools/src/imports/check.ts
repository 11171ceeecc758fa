import type { TextFile } from "../files.ts";
import type { Finding } from "../step.ts";
import { checkPackageRules } from "./package-rules.ts";
import { readSource, type SourceFacts } from "./source-facts.ts";
import { checkSourceRules } from "./source-rules.ts";
import { type Package, packageOf, readPackages } from "./workspace.ts";

/** Checks every TypeScript source among the files against the import rules; the files bring their package.json. */
export function checkImports(files: readonly TextFile[]): Finding[] {
  const packages = readPackages(files);
  return files.filter(({ path }) => isSource(path)).flatMap((file) => checkFile(file, packages));
}

/** TypeScript of this repository; the peers of the bench are other people's projects. */
export function isSource(path: string): boolean {
  return path.endsWith(".ts") && !path.endsWith(".d.ts") && !path.startsWith("bench/peers/");
}

function checkFile({ path, text }: TextFile, packages: readonly Package[]): Finding[] {
  const owner = packageOf(path, packages);
  if (owner === undefined) return [];
  let source: SourceFacts;
  try {
    source = readSource(path, text);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return [{ file: path, line: 1, rule: "syntax", sentence }];
  }
  const findings = [...checkPackageRules(source, owner, packages), ...checkSourceRules(source, owner)];
  return findings.sort((a, b) => a.line - b.line);
}
