/** A route as the router lists it. */
interface RouteLike {
  readonly method: string;
  readonly path: string;
}

/**
 * Finds which methods a path takes, for the Allow header of a 405 (RFC 9110 section 15.5.6).
 * @param routes all routes of the app, paths with `:name` for parameters
 */
export function allowedMethods(routes: readonly RouteLike[]): (path: string) => readonly string[] {
  const patterns = new Map<string, { expression: RegExp; methods: Set<string> }>();
  for (const { method, path } of routes) {
    const expression = new RegExp(
      `^${path.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll(/:[^/]+/g, "[^/]+")}/?$`,
    );
    const known = patterns.get(path) ?? { expression, methods: new Set<string>() };
    known.methods.add(method);
    if (method === "GET") known.methods.add("HEAD");
    patterns.set(path, known);
  }
  return (path) => {
    // A path that a route spells out is that route's alone, although a parameter of another would match it too.
    const exact = patterns.get(path.replace(/\/$/, ""));
    if (exact !== undefined) return [...exact.methods].sort();
    const methods = new Set<string>();
    for (const { expression, methods: found } of patterns.values()) {
      if (expression.test(path)) for (const method of found) methods.add(method);
    }
    return [...methods].sort();
  };
}
