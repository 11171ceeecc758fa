const words = new Set(["and", "or", "unless", "on", "ignoring", "group_left", "group_right", "offset", "bool"]);

/** Names of the metrics that a PromQL expression reads. */
export function metricNames(expression: string): readonly string[] {
  const bare = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "");
  const names = [...bare.matchAll(/(?<![\w:.])([a-zA-Z_:][\w:]*)(?!\s*\()(?![\w:])/g)].map((match) => match[1] ?? "");
  return [...new Set(names.filter((name) => !words.has(name)))];
}

/** Names of the series in an answer of GET /metrics. */
export function exposedNames(text: string): ReadonlySet<string> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Set(lines.map((line) => /^[\w:]+/.exec(line)?.[0] ?? ""));
}
