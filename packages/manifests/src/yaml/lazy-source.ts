import { parseSource, type Path, type Source, type SourceDocument } from "./document.ts";
import { mayRepeatKeys } from "./screen.ts";
import { parseValues } from "./values.ts";

/** A text that is parsed when somebody asks for its documents or problems. */
export class LazySource {
  readonly #source: Source;
  #mayRepeatKeys: boolean | undefined;
  #parsed: ReturnType<typeof parseSource> | undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  get file(): string {
    return this.#source.file;
  }

  get mayRepeatKeys(): boolean {
    this.#mayRepeatKeys ??= mayRepeatKeys(this.#source.text);
    return this.#mayRepeatKeys;
  }

  /** The values of its documents without positions; none when it is no YAML. */
  get values(): readonly unknown[] {
    try {
      return parseValues(this.#source.text);
    } catch {
      return [];
    }
  }

  /** The place in its first document; the first line when it has none. */
  locate(path: Path): ReturnType<SourceDocument["locate"]> {
    return this.parsed.documents[0]?.locate(path) ?? { file: this.file, line: 1, column: 1 };
  }

  get parsed(): ReturnType<typeof parseSource> {
    this.#parsed ??= parseSource(this.#source);
    return this.#parsed;
  }
}
