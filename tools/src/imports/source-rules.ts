import { posix } from "node:path";
import type { Finding } from "../step.ts";
import { isService, isTestFile, resolveRelative, roleOf, splitSpecifier } from "./roles.ts";
import type { SourceFacts } from "./source-facts.ts";
import { DRIVER_FILES, FEATURE_ROLES } from "./table.ts";
import type { Package } from "./workspace.ts";

/** Shared packages that run inside a service and are held to its rules about the environment. */
const RUNS_IN_SERVICES: readonly string[] = ["service-kit", "client", "contracts"];

/** The rules inside a package: feature folders, the driver, the environment, barrels and default exports. */
export function checkSourceRules(source: SourceFacts, owner: Package): Finding[] {
  const found = (line: number, rule: string, sentence: string): Finding => ({
    file: source.path,
    line,
    rule,
    sentence,
  });
  return [
    ...checkFeature(source, owner, found),
    ...checkDriver(source, owner, found),
    ...checkEnvironment(source, owner, found),
    ...checkExports(source, owner, found),
  ];
}

type Found = (line: number, rule: string, sentence: string) => Finding;

function checkFeature(source: SourceFacts, owner: Package, found: Found): Finding[] {
  const role = roleOf(source.path, owner);
  const limits = role === undefined ? undefined : FEATURE_ROLES[role];
  if (role === undefined || limits === undefined) return [];
  return source.imports.flatMap(({ specifier, line, typeOnly }) => {
    const isRelative = specifier.startsWith(".");
    const other = isRelative ? roleOf(resolveRelative(source.path, specifier), owner) : undefined;
    const isNamed = typeOnly && other !== undefined && limits.typesOf?.includes(other) === true;
    if (other !== undefined && limits.roles.includes(other) && !isNamed) {
      return [found(line, "feature-order", `${role} may not import ${other}: routes → service → domain.`)];
    }
    const { name } = splitSpecifier(specifier);
    const isBanned =
      !isRelative && (limits.modules.includes(name) || (name === "@elysiajs" && limits.modules.includes("elysia")));
    return isBanned ? [found(line, "feature-module", `${role} knows nothing of ${name}.`)] : [];
  });
}

function checkDriver(source: SourceFacts, owner: Package, found: Found): Finding[] {
  const role = roleOf(source.path, owner);
  // The rule of the role has spoken already.
  if (role !== undefined && FEATURE_ROLES[role]?.modules.includes("mongodb") === true) return [];
  if (isTestFile(source.path) || mayUseDriver(source.path, owner)) return [];
  return source.imports
    .filter(({ specifier }) => splitSpecifier(specifier).name === "mongodb")
    .map(({ line }) =>
      found(line, "driver", "Only repositories, migrations and the kit's database and telemetry know the driver."),
    );
}

function mayUseDriver(path: string, owner: Package): boolean {
  const inside = posix.relative(owner.folder, path);
  if (owner.short === "service-kit") return /^src\/(database|telemetry)\//.test(inside);
  if (!isService(owner)) return owner.short !== "client" && owner.short !== "contracts";
  return roleOf(path, owner) === "repository" || DRIVER_FILES.some((file) => file.test(inside));
}

function checkEnvironment(source: SourceFacts, owner: Package, found: Found): Finding[] {
  const inside = posix.relative(owner.folder, source.path);
  if (isTestFile(source.path)) return [];
  if (owner.short === "cli") {
    if (inside === "src/main.ts" || inside === "src/environment.ts") return [];
    return report("Only src/main.ts and src/environment.ts of the CLI");
  }
  if (isService(owner)) return inside === "src/main.ts" ? [] : report("Only main.ts of a service");
  return RUNS_IN_SERVICES.includes(owner.short) ? report("Only main.ts of a service, never a shared package,") : [];

  function report(who: string): Finding[] {
    return [
      ...source.environmentLines.map((line) => found(line, "environment", `${who} reads the environment.`)),
      ...source.exitLines.map((line) => found(line, "exit", `${who} ends the process.`)),
    ];
  }
}

function checkExports(source: SourceFacts, owner: Package, found: Found): Finding[] {
  const isIndex = posix.basename(source.path) === "index.ts";
  // A door of the package may offer what lies behind it; anywhere else a re-export hides where things live.
  const reExports = owner.doors.has(source.path) ? [] : source.reExports;
  return [
    ...reExports
      .filter(({ all }) => all || isIndex)
      .map(({ line }) => found(line, "barrel", "No barrels: import from the file that declares it.")),
    ...source.defaultExportLines.map((line) => found(line, "default-export", "Export by name.")),
  ];
}
