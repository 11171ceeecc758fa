import type { BrokenDocument } from "@pos/contracts/audit";
import type { Static, TSchema } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { problemsOf, sentenceOf } from "./validation-message.ts";

/** A stored document; `view` makes its wire form, and throws where a field is of a type that the service never writes. */
export interface Viewable {
  readonly id: string;
  readonly view: () => unknown;
}

/**
 * Parts documents that have their wire form from those that do not, as one that was changed by hand: it must not keep
 * an auditor from all the others. In their order.
 */
export function wireForm<Schema extends TSchema>(schema: Schema) {
  const check = TypeCompiler.Compile(schema);
  return (documents: readonly Viewable[]): { whole: Static<Schema>[]; broken?: BrokenDocument[] } => {
    const whole: Static<Schema>[] = [];
    const broken: BrokenDocument[] = [];
    for (const { id, view } of documents) {
      const read = readOf(view);
      if ("problem" in read) broken.push({ id, problems: [read.problem] });
      else if (check.Check(read.value)) whole.push(read.value);
      else broken.push({ id, problems: sentencesOf(check.Errors(read.value)) });
    }
    return { whole, ...(broken.length === 0 ? {} : { broken }) };
  };
}

function readOf(view: () => unknown): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: view() };
  } catch (error) {
    return { problem: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const sentencesOf = (errors: Parameters<typeof problemsOf>[0]): string[] =>
  problemsOf(errors, "is not one of its fields").map(sentenceOf);
