import { commandTree } from "../command-tree.ts";
import { describeBranch, describeGlobals, type OptionFacts, type VerbFacts } from "../tree/describe.ts";

/** What a command line that is still being typed asks for. */
export type Wanted =
  | { readonly kind: "command" }
  | { readonly kind: "verb"; readonly verbs: readonly VerbFacts[] }
  | { readonly kind: "option"; readonly options: readonly OptionFacts[] }
  | { readonly kind: "value"; readonly option: OptionFacts; readonly verb: VerbFacts | undefined }
  | {
      readonly kind: "argument";
      readonly verb: VerbFacts;
      readonly index: number;
      readonly earlier: readonly string[];
    }
  | { readonly kind: "help" };

/** A line up to the cursor, understood. */
export interface Line {
  readonly wanted: Wanted;
  /** What is typed of the wanted word; with `--option=val` only `val`. */
  readonly typed: string;
  /** What stands before it in the same word: `--option=` or nothing. */
  readonly before: string;
  /** Options that were given already, with their values: they say where and as whom to ask. */
  readonly given: ReadonlyMap<string, string>;
}

/**
 * Reads a command line up to the cursor.
 * @param words after `ordersctl`; the last one is being typed and may be empty
 */
export async function readLine(words: readonly string[]): Promise<Line> {
  const finished = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const reader = new Reader();
  for (const word of finished) await reader.take(word);
  return reader.finish(current);
}

class Reader {
  readonly #globals = describeGlobals();
  readonly #given = new Map<string, string>();
  readonly #positional: string[] = [];
  #verbs: readonly VerbFacts[] | undefined;
  #verb: VerbFacts | undefined;
  #isHelp = false;
  #open: OptionFacts | undefined;
  #endOfOptions = false;

  async take(word: string): Promise<void> {
    if (this.#open !== undefined) return this.#close(word);
    if (!this.#endOfOptions && word.startsWith("-") && word !== "-") return this.#takeOption(word);
    if (this.#verb !== undefined) return void this.#positional.push(word);
    if (this.#verbs !== undefined) {
      this.#verb = this.#verbs.find(({ words, aliases }) => words.at(-1) === word || aliases.includes(word));
      return;
    }
    if (word === "help" && !this.#isHelp) {
      this.#isHelp = true;
      return;
    }
    const branch = commandTree.find(({ name }) => name === word);
    if (branch === undefined) return;
    const verbs = await describeBranch(branch);
    if (verbs.length === 1 && verbs[0]?.words.length === 1) this.#verb = verbs[0];
    else this.#verbs = verbs;
  }

  finish(current: string): Line {
    const given = this.#given;
    const line = (wanted: Wanted, typed = current, before = ""): Line => ({ wanted, typed, before, given });
    const verb = this.#verb;
    if (this.#open !== undefined) return line({ kind: "value", option: this.#open, verb });
    if (!this.#endOfOptions && current.startsWith("-")) {
      const equals = current.indexOf("=");
      if (equals < 0 || !current.startsWith("--")) return line({ kind: "option", options: this.#options() });
      const option = this.#find(current.slice(0, equals));
      if (option !== undefined)
        return line({ kind: "value", option, verb }, current.slice(equals + 1), current.slice(0, equals + 1));
    }
    if (this.#isHelp && verb !== undefined) return line({ kind: "verb", verbs: [] });
    const earlier = this.#positional;
    if (verb !== undefined) return line({ kind: "argument", verb, index: earlier.length, earlier });
    if (this.#verbs !== undefined) return line({ kind: "verb", verbs: this.#verbs });
    return line({ kind: this.#isHelp ? "help" : "command" });
  }

  #takeOption(word: string): void {
    if (word === "--") {
      this.#endOfOptions = true;
      return;
    }
    const equals = word.indexOf("=");
    const option = this.#find(equals < 0 ? word : word.slice(0, equals));
    if (option === undefined) return;
    if (equals >= 0) return this.#keep(option, word.slice(equals + 1));
    // A value that may be missing is written with "=": what follows is a word of its own.
    if (option.needsValue) this.#open = option;
    else this.#keep(option, "");
  }

  #close(value: string): void {
    if (this.#open !== undefined) this.#keep(this.#open, value);
    this.#open = undefined;
  }

  #keep = (option: OptionFacts, value: string): void => void this.#given.set(option.names.at(-1) ?? "", value);

  #options = (): readonly OptionFacts[] => [...(this.#verb?.options ?? []), ...this.#globals];

  #find = (name: string): OptionFacts | undefined => this.#options().find(({ names }) => names.includes(name));
}
