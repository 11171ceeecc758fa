import type { Io } from "../io.ts";
import { bashReply, splitBashLine } from "./bash-line.ts";
import { complete, type Completion } from "./candidates.ts";

/**
 * Answers a completion script (`ordersctl __complete SHELL …`): see scripts.ts for the form.
 * @param argv the shell; for bash COMP_WORDBREAKS and the line up to the cursor, for the others the words
 */
export async function answerCompletion(argv: readonly string[], io: Io): Promise<void> {
  const [shell, ...rest] = argv;
  const lines = shell === "bash" ? await answerBash(rest, io) : await answerWords(rest, io);
  if (lines.length > 0) io.stdout.write(`${lines.join("\n")}\n`);
}

async function answerBash([breaks = "", text = ""]: readonly string[], io: Io): Promise<readonly string[]> {
  const line = splitBashLine(text, breaks);
  return told(await complete(line.words.slice(1), io), ({ value }) => bashReply(value, line));
}

async function answerWords(words: readonly string[], io: Io): Promise<readonly string[]> {
  const completion = await complete(words.length === 0 ? [""] : words, io);
  return told(completion, ({ value, about }) => (about === undefined ? value : `${value}\t${oneLine(about)}`));
}

type Words = Extract<Completion, { kind: "words" }>["words"];

function told(completion: Completion, show: (word: Words[number]) => string): readonly string[] {
  if (completion.kind === "files") return [":files"];
  const { words } = completion;
  const isOpen = words.length > 0 && words.every((word) => word.isOpen === true);
  return [...(isOpen ? [":open"] : []), ...words.map(show)];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");
