import { commandTree, isOffered } from "../command-tree.ts";
import { topics } from "../help/topics.ts";
import type { Io } from "../io.ts";
import { clean } from "../output/text.ts";
import type { OptionFacts } from "../tree/describe.ts";
import type { Candidate } from "./candidate.ts";
import { type Line, readLine } from "./line.ts";
import { valuesOf } from "./values.ts";

/** What the shell is told: words, or that it shall offer its own file names. */
export type Completion = { readonly kind: "words"; readonly words: readonly Candidate[] } | { readonly kind: "files" };

/** More than this nobody reads. */
const CANDIDATES_MAX = 200;

/**
 * The words that fit at the cursor. It never fails: where nothing is known or nobody answers there is nothing to offer.
 * @param words after `ordersctl`; the last one is being typed and may be empty
 */
export async function complete(words: readonly string[], io: Io): Promise<Completion> {
  try {
    const line = await readLine(words);
    const found = await candidates(line, io);
    if (found === "files") return { kind: "files" };
    const fitting = found.filter(({ value }) => value.toLowerCase().startsWith(line.typed.toLowerCase()));
    const whole = fitting.slice(0, CANDIDATES_MAX).map((candidate) => ({
      ...candidate,
      value: clean(line.before + candidate.value),
    }));
    return { kind: "words", words: whole };
  } catch {
    return { kind: "words", words: [] };
  }
}

async function candidates(line: Line, io: Io): Promise<readonly Candidate[] | "files"> {
  const { wanted } = line;
  if (wanted.kind === "command") return commands();
  if (wanted.kind === "verb")
    return wanted.verbs.map(({ words, summary }) => ({ value: words.at(-1) ?? "", about: summary }));
  if (wanted.kind === "help") return [...commands(), ...pages()];
  if (wanted.kind === "option") return wanted.options.flatMap((option) => optionCandidates(option, line));
  return valuesOf(wanted, line, io);
}

const commands = (): readonly Candidate[] => [
  ...commandTree.filter(isOffered).map(({ name, summary }) => ({ value: name, about: summary })),
  { value: "help", about: "show help of a command or a topic" },
];

const pages = (): readonly Candidate[] =>
  Object.entries(topics).map(([value, { summary }]) => ({ value, about: summary }));

/** Long names; the short ones when nothing but `-` and a letter is typed. */
function optionCandidates({ names, description }: OptionFacts, { typed }: Line): readonly Candidate[] {
  const shown = /^-[^-]$/.test(typed) ? names : names.filter((name) => name.startsWith("--"));
  return shown.map((value) => ({ value, about: description }));
}
