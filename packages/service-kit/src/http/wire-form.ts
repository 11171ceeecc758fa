import type { BrokenDocument } from "@pos/contracts/audit";
import type { Static, TSchema } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { AppError } from "./app-error.ts";
import { problemsOf, sentenceOf } from "./validation-message.ts";

/** A stored document; `view` makes its wire form, and throws where a field is of a type that the service never writes. */
export interface Viewable {
  readonly id: string;
  readonly view: () => unknown;
}

/** What tells stored documents that have their wire form from those that do not, as one that was changed by hand. */
export interface WireForm<Value> {
  /** Parts documents, in their order: one must not keep its reader from all the others. */
  part(documents: readonly Viewable[]): { whole: Value[]; broken?: BrokenDocument[] };
  /** The wire form of one. @throws {Error} that says what is wrong with it, for the log */
  whole(document: Viewable): Value;
  /** The same for administrators. @throws {AppError} INTERNAL_ERROR that says what is wrong with it */
  audited(document: Viewable): Value;
}

/** @param type what a document is called in sentences */
export function wireForm<Schema extends TSchema>(type: string, schema: Schema): WireForm<Static<Schema>> {
  const check = TypeCompiler.Compile(schema);
  const read = (view: Viewable["view"]): { whole: Static<Schema> } | { problems: string[] } => {
    let value: unknown;
    try {
      value = view();
    } catch (error) {
      return { problems: [`it cannot be read: ${error instanceof Error ? error.message : String(error)}`] };
    }
    return check.Check(value) ? { whole: value } : { problems: sentencesOf(check.Errors(value)) };
  };
  const wholeOr = ({ id, view }: Viewable, failure: (message: string, broken: BrokenDocument) => Error) => {
    const found = read(view);
    if ("whole" in found) return found.whole;
    const message = `The ${type} ${id} is not as this service writes it: ${found.problems.join("; ")}.`;
    throw failure(message, { id, ...found });
  };
  return {
    part(documents) {
      const whole: Static<Schema>[] = [];
      const broken: BrokenDocument[] = [];
      for (const { id, view } of documents) {
        const found = read(view);
        if ("whole" in found) whole.push(found.whole);
        else broken.push({ id, ...found });
      }
      return { whole, ...(broken.length === 0 ? {} : { broken }) };
    },
    whole: (document) => wholeOr(document, (message) => new Error(message)),
    audited: (document) =>
      wholeOr(
        document,
        (message, { id, problems }) => new AppError("INTERNAL_ERROR", message, { details: { type, id, problems } }),
      ),
  };
}

const sentencesOf = (errors: Parameters<typeof problemsOf>[0]): string[] =>
  problemsOf(errors, "is not one of its fields").map(sentenceOf);
