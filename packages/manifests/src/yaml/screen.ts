const QUOTED_KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*:(?:\s|$)/;
/** Characters that no plain key begins with. */
const NO_KEY = new Set("#&*!|>%@`{}[],?");
const BLOCK_SCALAR = /:\s+(?:[&!]\S+\s+)*[|>][-+\d]*\s*(?:#.*)?$/;
const FLOW_KEY = /(?:[{,]\s*)("[^"]*"|'[^']*'|[^\s"'{},:[\]]+)\s*:/g;

/**
 * Whether a text may hold a key twice in one map: `false` only when it is sure. It reads lines, not YAML, and is fifty
 * times as fast as a parser that keeps positions; what it is unsure about goes to that parser.
 */
export function mayRepeatKeys(text: string): boolean {
  // The keys of each open map, by the column in which they stand.
  let levels: { readonly column: number; readonly keys: Set<string> }[] = [];
  let scalarColumn: number | undefined;
  for (const line of text.split("\n")) {
    const trimmed = line.trimStart();
    let column = line.length - trimmed.length;
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    if (scalarColumn !== undefined && column > scalarColumn) continue;
    scalarColumn = undefined;
    if (line.startsWith("---")) levels = [];
    if (line.includes("\t") || trimmed.startsWith("? ") || flowIsUnclear(trimmed)) return true;
    let rest = trimmed;
    for (let item = /^-\s+/.exec(rest); item !== null; item = /^-\s+/.exec(rest)) {
      levels = levels.filter((level) => level.column <= column);
      column += item[0].length;
      rest = rest.slice(item[0].length);
    }
    const key = keyOf(rest);
    if (key === undefined) continue;
    levels = levels.filter((level) => level.column <= column);
    if (isRepeated(levels, column, key)) return true;
    if (BLOCK_SCALAR.test(rest)) scalarColumn = column;
  }
  return false;
}

/** The key that a line begins with, without its quotes. */
function keyOf(line: string): string | undefined {
  const first = line.charAt(0);
  if (first === '"' || first === "'") return QUOTED_KEY.exec(line)?.[1]?.slice(1, -1);
  if (NO_KEY.has(first)) return undefined;
  const end = line.endsWith(":") ? line.length - 1 : line.length;
  const colon = line.indexOf(": ");
  if (colon === -1 && end === line.length) return undefined;
  return line.slice(0, colon === -1 ? end : colon).trimEnd();
}

function isRepeated(
  levels: { readonly column: number; readonly keys: Set<string> }[],
  column: number,
  key: string,
): boolean {
  const level = levels.at(-1);
  if (level?.column !== column) {
    levels.push({ column, keys: new Set([key]) });
    return false;
  }
  if (level.keys.has(key)) return true;
  level.keys.add(key);
  return false;
}

/** A flow map that goes on in the next line, or that has a key twice anywhere in the line. */
function flowIsUnclear(line: string): boolean {
  if (!/[{}]/.test(line)) return false;
  const opened = line.match(/[{[]/g)?.length ?? 0;
  const closed = line.match(/[}\]]/g)?.length ?? 0;
  const keys = [...line.matchAll(FLOW_KEY)].map((match) => match[1]?.replaceAll(/^["']|["']$/g, ""));
  return opened !== closed || new Set(keys).size !== keys.length;
}
