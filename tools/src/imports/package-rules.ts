import { isBuiltin } from "node:module";
import type { Finding } from "../step.ts";
import { isService, isTestFile, resolveRelative, splitSpecifier } from "./roles.ts";
import type { ImportFact, SourceFacts } from "./source-facts.ts";
import {
  ALLOWED_IN_TESTS,
  ALLOWED_INTERNALS,
  ALLOWED_PACKAGES,
  BANNED_MODULES,
  SERVICE_DOORS,
  SERVICES,
} from "./table.ts";
import type { Package } from "./workspace.ts";

interface Site {
  readonly file: string;
  readonly owner: Package;
  readonly packages: readonly Package[];
  readonly fact: ImportFact;
}

type Verdict = readonly [rule: string, sentence: string] | undefined;

/** The rules about imports that cross the border of a package. */
export function checkPackageRules(source: SourceFacts, owner: Package, packages: readonly Package[]): Finding[] {
  return source.imports.flatMap((fact) => {
    const site: Site = { file: source.path, owner, packages, fact };
    const verdict = fact.specifier.startsWith(".") ? checkRelative(site) : checkBare(site);
    if (verdict === undefined) return [];
    return [{ file: source.path, line: fact.line, rule: verdict[0], sentence: verdict[1] }];
  });
}

function checkRelative({ file, owner, fact }: Site): Verdict {
  const target = resolveRelative(file, fact.specifier);
  if (target.split("/").includes("node_modules")) return internals(fact.specifier);
  if (owner.folder !== "" && !target.startsWith(`${owner.folder}/`)) {
    return ["package-border", `${fact.specifier} leaves ${owner.name}; import the other package by its name.`];
  }
  if (!/\.[a-z]+$/.test(fact.specifier)) {
    return ["explicit-extension", `Write the whole file name, as in ${fact.specifier}.ts.`];
  }
  return undefined;
}

function checkBare(site: Site): Verdict {
  const { fact, packages, owner } = site;
  const { specifier } = fact;
  if (specifier === "bun" || specifier.startsWith("bun:") || isBuiltin(specifier)) {
    const doesIo = owner.short === "contracts" && !isTestFile(site.file);
    return doesIo ? ["banned-module", `${specifier} stays out of ${owner.name}: contracts do no I/O.`] : undefined;
  }
  if (specifier.split("/").includes("node_modules") || specifier.startsWith("/")) return internals(specifier);
  const { name, subpath } = splitSpecifier(specifier);
  const isInternal = /^(?:lib|dist|src|build|esm|cjs)\//.test(subpath);
  if (isInternal && !Object.hasOwn(ALLOWED_INTERNALS, name)) return internals(specifier);
  const target = packages.find((each) => each.name === name);
  const verdict = target === undefined ? checkThirdParty(site, name) : checkWorkspace(site, target, subpath);
  return verdict ?? checkDeclared(site, name);
}

function checkWorkspace({ file, owner }: Site, target: Package, subpath: string): Verdict {
  const isTest = isTestFile(file);
  if (target === owner) return isTest ? undefined : ["self-import", "Inside a package, import by relative path."];
  if (SERVICES.includes(target.short)) {
    if (isService(owner)) return ["service-to-service", `${owner.name} and ${target.name} talk over HTTP only.`];
    const doors = SERVICE_DOORS[owner.short] ?? [];
    if (doors.includes(subpath)) return undefined;
    const allowed = doors.length === 0 ? "nothing" : doors.map((door) => `./${door}`).join(", ");
    return ["service-door", `${owner.name} may import ${allowed} of a service, not ${target.name}/${subpath}.`];
  }
  const allowed = [...(ALLOWED_PACKAGES[owner.short] ?? []), ...(isTest ? ALLOWED_IN_TESTS : [])];
  if (allowed.includes(target.short)) return undefined;
  return ["package-edge", `${owner.name} may not import ${target.name}; see the table in tools/src/imports/table.ts.`];
}

function checkThirdParty({ file, owner }: Site, name: string): Verdict {
  const reason = isTestFile(file) ? undefined : BANNED_MODULES[owner.short]?.[name];
  return reason === undefined ? undefined : ["banned-module", `${name} stays out of ${owner.name}: ${reason}.`];
}

function checkDeclared({ file, owner, fact }: Site, name: string): Verdict {
  if (name === owner.name || owner.dependencies.has(name)) return undefined;
  const isDevelopment = isTestFile(file) || fact.typeOnly || owner.folder === "";
  if (isDevelopment && (owner.devDependencies.has(name) || owner.devDependencies.has(typesPackage(name)))) {
    return undefined;
  }
  const field = isTestFile(file) ? "devDependencies" : "dependencies";
  return ["undeclared", `${name} is missing in the ${field} of ${owner.name}.`];
}

function internals(specifier: string): Verdict {
  return ["internals", `${specifier} reaches into a package; import what its exports offer.`];
}

function typesPackage(name: string): string {
  return `@types/${name.replace(/^@([^/]+)\//, "$1__")}`;
}
