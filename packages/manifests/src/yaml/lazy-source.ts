import { parseSource, type Source } from "./document.ts";
import { mayRepeatKeys } from "./screen.ts";
import { parseValues } from "./values.ts";

/** A text that is parsed when somebody asks for its documents or problems. */
export class LazySource {
  readonly #source: Source;
  #parsed: ReturnType<typeof parseSource> | undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  get file(): string {
    return this.#source.file;
  }

  get mayRepeatKeys(): boolean {
    return mayRepeatKeys(this.#source.text);
  }

  /** The values of its documents without positions; none when it is no YAML. */
  get values(): readonly unknown[] {
    try {
      return parseValues(this.#source.text);
    } catch {
      return [];
    }
  }

  get parsed(): ReturnType<typeof parseSource> {
    this.#parsed ??= parseSource(this.#source);
    return this.#parsed;
  }
}
