/** Two letters of a longer word may be wrong, and one of a short one. */
const MOST_EDITS = 2;
const SHORT_WORD = 5;

/** The candidate that a mistyped word most likely means: hardly any letter differs, or the word is its beginning. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = (word.length < SHORT_WORD ? 1 : MOST_EDITS) + 1;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const distance = distanceOf(word.toLowerCase(), candidate.toLowerCase());
    const isBeginning = word.length >= SHORT_WORD && candidate.startsWith(word);
    if (isBeginning && best === undefined) best = candidate;
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** ` (did you mean X?)`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const guess = closest(word, candidates);
  return guess === undefined ? "" : ` (did you mean ${guess}?)`;
}

/** `a, b and c`, at most eight of them; `nothing` for none. */
export function listed(words: readonly string[]): string {
  const shown = words.length > 8 ? [...words.slice(0, 8), `${words.length - 8} more`] : words;
  if (shown.length === 0) return "nothing";
  return shown.length === 1 ? (shown[0] ?? "") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** Edits between two words; two letters swapped are one edit. */
export function distanceOf(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (beforePrevious[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}
