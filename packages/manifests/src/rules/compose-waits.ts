import type { Cursor } from "../model/cursor.ts";
import type { ComposeProject } from "../model/compose.ts";
import { didYouMean } from "../model/words.ts";
import type { Problem, Rule } from "../rule.ts";
import { wholeProjects } from "./iterate.ts";

export const composeDependency: Rule = {
  id: "compose-depends",
  level: "error",
  title: "Services in compose.yaml wait for services that exist",
  why: "`compose up` rejects the file.",
  wrong: "depends_on: [mongodb-usr]",
  right: "depends_on: [mongodb-user]",
  *check(set) {
    for (const { services, parts, names } of wholeProjects(set)) {
      for (const { name, dependencies } of services) {
        for (const at of dependencies) {
          const wanted = dependencyName(at);
          if (parts.has(wanted)) {
            const profiles = missingProfiles(name, wanted, parts);
            if (profiles !== undefined)
              yield { at, sentence: `${name} waits for ${wanted}, which only the profile ${profiles} starts.` };
            continue;
          }
          const sentence = `${name} waits for ${wanted}, which is not a service in compose.yaml${didYouMean(wanted, names)}.`;
          yield { at, sentence };
        }
      }
    }
  },
};

/** The profiles of a dependency when the service may be started without them. */
function missingProfiles(name: string, other: string, parts: ComposeProject["parts"]): string | undefined {
  const profilesOf = (service: string): string[] =>
    (parts.get(service) ?? []).flatMap(({ cursor }) => cursor.textItems("profiles"));
  const [own, wanted] = [profilesOf(name), profilesOf(other)];
  const isStarted = wanted.length === 0 || own.some((profile) => wanted.includes(profile));
  return isStarted ? undefined : wanted.join(" or ");
}

export const composeCircle: Rule = {
  id: "compose-circle",
  level: "error",
  title: "Services in compose.yaml do not wait for each other",
  why: "`compose up` rejects the file: none of the services could be started first.",
  wrong: "web: { depends_on: [api] }\napi: { depends_on: [web] }",
  right: "web: { depends_on: [api] }\napi: {}",
  *check(set) {
    for (const { parts, names } of set.composeProjects) {
      const seen = new Set<string>();
      for (const name of names) {
        const circle = circleFrom(name, parts, seen);
        if (circle !== undefined) yield circle;
      }
    }
  },
};

/** The dependency that closes a circle on a way from there; services of other ways have been `seen`. */
function circleFrom(start: string, parts: ComposeProject["parts"], seen: Set<string>): Problem | undefined {
  const way: { readonly name: string; readonly rest: Cursor[] }[] = [];
  const onWay = new Set<string>();
  const enter = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    onWay.add(name);
    way.push({ name, rest: (parts.get(name) ?? []).flatMap(({ dependencies }) => dependencies).toReversed() });
  };
  enter(start);
  for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
    const at = last.rest.pop();
    if (at === undefined) {
      way.pop();
      onWay.delete(last.name);
      continue;
    }
    const next = dependencyName(at);
    if (onWay.has(next)) {
      const names = way.map(({ name }) => name);
      const others = [...names.slice(names.indexOf(next) + 1), next];
      return { at, sentence: `${next} waits for ${others.join(", which waits for ")}.` };
    }
    enter(next);
  }
  return undefined;
}

/** A dependency is an item of a list, or a key of a map. */
function dependencyName(at: Cursor): string {
  return at.text ?? String(at.path.at(-1));
}
