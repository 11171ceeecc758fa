import { Help, type Option } from "commander";

/** Narrower than this, in columns, what an item means stands below it. */
export const SIDE_BY_SIDE_MIN_WIDTH = 60;
const INDENT_WIDTH = 6;
const NOTE = /^(.*\S) {2,}(# .*)$/;

/** Pages of help as wide as the terminal. What a command can do comes first, then its options, then those of every command. */
export const helpLayout: Partial<Help> = {
  showGlobalOptions: true,
  sortSubcommands: false,
  minWidthToWrap: 20,
  formatHelp: (command, helper) => optionsLast(Help.prototype.formatHelp.call(helper, command, helper)),
  optionDescription: (option) => markRequired(option, Help.prototype.optionDescription(option)),
  formatItem(term, termWidth, description, helper) {
    const width = helper.helpWidth ?? 80;
    if (width >= SIDE_BY_SIDE_MIN_WIDTH || description === "")
      return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
    const indent = " ".repeat(INDENT_WIDTH);
    return `  ${term}\n${indent}${helper.boxWrap(description, width - INDENT_WIDTH).replaceAll("\n", `\n${indent}`)}`;
  },
};

/** What an option says; one that must be given says so. */
export const markRequired = ({ mandatory }: Option, words: string): string =>
  mandatory ? `${words} (required)` : words;

function optionsLast(help: string): string {
  const sections = help.trimEnd().split(/\n{2,}(?=\S)/);
  const rank = (section: string) =>
    /^\W*(?:1m)?Global options:/i.test(section) ? 2 : /^\W*(?:1m)?Options:/.test(section) ? 1 : 0;
  const sorted = sections.toSorted((one, other) => rank(one) - rank(other));
  return `${sorted.join("\n\n").replace("Global Options:", "Global options:")}\n`;
}

/** Paragraphs without the line ends of the source, so that they wrap where the terminal ends; indented lines are kept. */
export const paragraphs = (text: string): string => text.replaceAll(/(?<=\S)\n(?=\S)/g, " ");

/** Commands as they can be copied; a note that does not fit beside its command stands above it. */
export function exampleLines(examples: readonly string[], width: number): string {
  const lines = examples.flatMap((example) => {
    const [, command, note] = NOTE.exec(example) ?? [];
    const isFitting = example.length + 2 <= width;
    return command === undefined || note === undefined || isFitting ? [example] : [note, command];
  });
  return lines.map((line) => `  ${line}`).join("\n");
}
