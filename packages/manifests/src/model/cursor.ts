import type { Position } from "../finding.ts";
import type { Path, SourceDocument } from "../yaml/document.ts";

/**
 * A value inside a document that knows where it stands. Reading through it never throws: what is absent, or of another
 * type than asked, is `undefined` or empty, because the schema rules report wrong types.
 */
export class Cursor {
  readonly document: SourceDocument;
  readonly value: unknown;
  readonly #parent: Cursor | undefined;
  readonly #key: string | number;

  /** Without a parent it is the whole document. */
  constructor(document: SourceDocument, value: unknown, parent?: Cursor, key: string | number = "") {
    this.document = document;
    this.value = value;
    this.#parent = parent;
    this.#key = key;
  }

  /** The way from the document to here. Made when asked for: most cursors are never reported. */
  get path(): Path {
    return this.#parent === undefined ? [] : [...this.#parent.path, this.#key];
  }

  /** The value below; a cursor is answered even where there is none. */
  get(...keys: readonly (string | number)[]): Cursor {
    return keys.reduce<Cursor>((at, key) => new Cursor(this.document, childValue(at.value, key), at, key), this);
  }

  /** Whether there is a value; `null` counts as absent, as in Kubernetes. */
  get isSet(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  get number(): number | undefined {
    return typeof this.value === "number" ? this.value : undefined;
  }

  get boolean(): boolean | undefined {
    return typeof this.value === "boolean" ? this.value : undefined;
  }

  /** A number, or a text that is one: ports and replica counts are written both ways. */
  get port(): string | number | undefined {
    return this.number ?? this.text;
  }

  /** The items of the list below. */
  items(...keys: readonly (string | number)[]): Cursor[] {
    const list = this.get(...keys);
    return Array.isArray(list.value)
      ? list.value.map((item: unknown, index) => new Cursor(this.document, item, list, index))
      : [];
  }

  /** The fields of the map below, in order. */
  fields(...keys: readonly (string | number)[]): { readonly name: string; readonly cursor: Cursor }[] {
    const map = this.get(...keys);
    if (!isRecord(map.value)) return [];
    return Object.entries(map.value).map(([name, value]) => ({
      name,
      cursor: new Cursor(this.document, value, map, name),
    }));
  }

  /** The fields of the map below whose values are texts. */
  texts(...keys: readonly (string | number)[]): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.fields(...keys).flatMap(({ name, cursor: { text } }) => (text === undefined ? [] : [[name, text]])),
    );
  }

  /** The items of the list below that are texts. */
  textItems(...keys: readonly (string | number)[]): string[] {
    return this.items(...keys).flatMap(({ text }) => text ?? []);
  }

  /** The names of the fields of the map below. */
  fieldNames(...keys: readonly (string | number)[]): string[] {
    return this.fields(...keys).map(({ name }) => name);
  }

  locate(): Position & { readonly file: string } {
    return this.document.locate(this.path);
  }
}

function childValue(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
