/** A line of bash, split as far as completion needs it. */
export interface BashLine {
  /** All words without their quotes; the last is being typed. */
  readonly words: readonly string[];
  /** Where the part that readline replaces begins in the last word without its quotes. */
  readonly replacedFrom: number;
  /** The quote that is open at the end. */
  readonly quote: "" | '"' | "'";
}

/**
 * Splits a line up to the cursor into words, quotes taken off.
 * @param breaks COMP_WORDBREAKS: readline replaces only what stands behind the last of them
 */
export function splitBashLine(line: string, breaks: string): BashLine {
  const words: string[] = [];
  let word: string | undefined;
  let quote: BashLine["quote"] = "";
  let replacedFrom = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      replacedFrom = 0;
      continue;
    }
    word ??= "";
    const isEscape = character === "\\" && quote !== "'";
    if (isEscape) word += line.charAt(++at);
    else if (quote === "" && (character === '"' || character === "'")) {
      quote = character;
      replacedFrom = word.length;
    } else if (character === quote) quote = "";
    else {
      word += character;
      // readline keeps an "@" as part of the word that it begins.
      if (quote === "" && breaks.includes(character)) replacedFrom = word.length - (character === "@" ? 1 : 0);
    }
  }
  return { words: [...words, word ?? ""], replacedFrom, quote };
}

/** What is put in place of the typed part, quoted as the line goes on. */
export function bashReply(value: string, { replacedFrom, quote }: BashLine): string {
  const rest = value.slice(replacedFrom);
  if (quote === "'") return rest.replaceAll("'", "'\\''");
  if (quote === '"') return rest.replaceAll(/["$`\\]/g, "\\$&");
  return rest.replaceAll(/[^\p{L}\p{N}\p{S}_@%+=:,./-]|[|<>`$^~]/gu, "\\$&");
}
