import { isCompose } from "../model/compose.ts";
import type { Source, SourceDocument } from "../yaml/document.ts";
import { LazySource } from "../yaml/lazy-source.ts";

/** Words and numbers that Kubernetes reads otherwise than the quick parser: `yes`, `0440`, `1_000`. */
const READ_OTHERWISE = /[\s[{,](?:y|yes|n|no|on|off|[-+]?(?:0\d+|0b[01_]+|\d+_[\d_.]*))\s*(?:[#,\]}]|$)/im;

/**
 * A compose file without positions until somebody asks for one. `undefined` for any other text, and for one that the
 * quick parser may read otherwise or whose faults it may pass over.
 */
export function readComposeFile(source: Source): { documents: SourceDocument[]; problems: [] } | undefined {
  if (!/^services:/m.test(source.text) || READ_OTHERWISE.test(source.text)) return undefined;
  const lazy = new LazySource(source);
  if (lazy.mayRepeatKeys) return undefined;
  const [value, ...others] = lazy.values;
  if (others.length > 0 || !isCompose(value)) return undefined;
  const document: SourceDocument = {
    value,
    files: () => [source.file],
    locate: (path) => lazy.locate(path),
  };
  return { documents: [document], problems: [] };
}
