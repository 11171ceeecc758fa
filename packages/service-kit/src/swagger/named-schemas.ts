type Json = Record<string, unknown>;

/** The reference to a schema of a document's components. */
export const schemaReference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The schemas of a document that have a title: each is stored once, and operations refer to it by its title. */
export class NamedSchemas {
  readonly #schemas = new Map<string, Json>();

  /**
   * What to write in the place of a schema: a reference when it has a title, else the schema itself.
   * @throws Error when another schema has the same title
   */
  refer(schema: Json): Json {
    const { title, ...named } = schema;
    if (typeof title !== "string") return schema;
    const known = this.#schemas.get(title);
    if (known !== undefined && !Bun.deepEquals(known, named)) throw new Error(`two schemas are called ${title}`);
    this.#schemas.set(title, named);
    return schemaReference(title);
  }

  /** All of them, by name. */
  toJSON(): Json {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
