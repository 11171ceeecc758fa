/** What a URL takes for a way to somewhere else, whether it is encoded or not. */
const ways = new Set(["", ".", ".."]);

/** A path in which each id stays one part, whatever it holds: `..` in a DELETE would delete what lies above. */
export const pathTo = (parts: TemplateStringsArray, ...ids: readonly string[]): string =>
  // In quotes it is a malformed id, which services refuse like any other.
  String.raw({ raw: parts }, ...ids.map((id) => encodeURIComponent(ways.has(id) ? JSON.stringify(id) : id)));
