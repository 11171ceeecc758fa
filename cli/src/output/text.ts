// oxlint-disable-next-line no-control-regex -- colours begin with one
const escapes = /\u001b\[[0-9;]*m/g;
// Everything a terminal would obey instead of show, the directional marks that reorder a line included.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}]/gu;
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many columns a text takes on a terminal; colours take none, wide characters two. */
export function widthOf(text: string): number {
  const plain = text.replace(escapes, "");
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of segmenter.segment(plain)) width += widthOfSegment(segment);
  return width;
}

// Terminals give each letter of an Indic or Thai cluster its column; an emoji is one, whatever it is made of.
const widthOfSegment = (segment: string): number =>
  wide.test(segment) ? 2 : [...segment.replace(zeroWidth, "")].length;

/** A text on one line in which nothing can steer the terminal: names come from other people. */
export function clean(text: string): string {
  return text.replace(controls, (character) => {
    if (character === "\n" || character === "\t" || character === "\r") return " ";
    return escaped(character);
  });
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

// What JSON leaves as it is and a terminal obeys, or YAML does not allow.
const invisible = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A JSON text of the same value in which nothing can steer the terminal. */
export const harmless = (json: string): string => json.replace(invisible, escaped);

/** A text as one word of a shell's command line. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Cuts an uncoloured text to a width, with … in place of what is lost. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOfSegment(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Fills with blanks up to a width. */
export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** `1 order`, `2 orders`. */
export const count = (number: number, noun: string): string =>
  `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;

/** A text that another sentence may follow. */
export const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** A duration in words a person compares at a glance: `350 ms`, `2.4 s`, `3 min`, `5 h`, `12 d`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds < 3_600_000) return `${Math.floor(milliseconds / 60_000)} min`;
  if (milliseconds < 86_400_000) return `${Math.floor(milliseconds / 3_600_000)} h`;
  return `${Math.floor(milliseconds / 86_400_000)} d`;
}
