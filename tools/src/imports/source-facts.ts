import { parseSync, type StaticExportEntry } from "oxc-parser";
import { lineAt } from "../files.ts";
import { readExpressions } from "./expression-facts.ts";

export interface ImportFact {
  readonly specifier: string;
  readonly line: number;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/** What the rules need to know about one source file. Comments and strings never count. */
export interface SourceFacts {
  readonly path: string;
  readonly imports: readonly ImportFact[];
  /** `export … from` in any form; `all` for `export *`. */
  readonly reExports: readonly { readonly line: number; readonly all: boolean }[];
  readonly defaultExportLines: readonly number[];
  /** Lines that read the environment: `process.env`, `Bun.env`, `import.meta.env`, or `env` taken out of them. */
  readonly environmentLines: readonly number[];
  /** Lines that end the process: `process.exit`, or `exit` taken out of it. */
  readonly exitLines: readonly number[];
}

/** @throws {SyntaxError} with the parser's sentence when the source is no TypeScript */
export function readSource(path: string, text: string): SourceFacts {
  const { program, module, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(error.message);
  const at = (index: number): number => lineAt(text, index);
  const expressions = readExpressions(program, at);
  const imports = module.staticImports.map(({ moduleRequest, start }) => ({
    specifier: moduleRequest.value,
    line: at(moduleRequest.start),
    typeOnly: /^import\s+type\s/.test(text.slice(start, start + 20)),
  }));
  const exports = module.staticExports.flatMap(({ entries }) => entries);
  return {
    path,
    imports: [...imports, ...exports.flatMap((entry) => importOfReExport(entry, at)), ...expressions.imports],
    reExports: exports.flatMap(({ moduleRequest, importName, start }) =>
      moduleRequest === null ? [] : [{ line: at(start), all: importName.kind.startsWith("All") }],
    ),
    defaultExportLines: exports
      .filter(({ exportName }) => exportName.kind.startsWith("Default") || exportName.name === "default")
      .map(({ start }) => at(start)),
    environmentLines: expressions.environmentLines,
    exitLines: expressions.exitLines,
  };
}

function importOfReExport(entry: StaticExportEntry, at: (index: number) => number): ImportFact[] {
  if (entry.moduleRequest === null) return [];
  const { value, start } = entry.moduleRequest;
  return [{ specifier: value, line: at(start), typeOnly: entry.isType }];
}
