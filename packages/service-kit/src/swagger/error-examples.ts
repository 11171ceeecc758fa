import { codesOf, ErrorEnvelope } from "@pos/contracts/errors";
import type { Operation, Response } from "./answer-headers.ts";
import { schemaReference } from "./named-schemas.ts";

const { $ref } = schemaReference(String(ErrorEnvelope.title));

/** Whether an answer is an error: the 503 of a probe is none. */
export const isError = ({ content }: Response): boolean => content?.["application/json"]?.schema.$ref === $ref;

/** Adds to each error of an operation an example for each code that its status can have: the form is the same for all. */
export function addErrorExamples({ responses }: Operation): void {
  for (const [status, { content, description }] of Object.entries(responses)) {
    const json = content?.["application/json"];
    if (json?.schema.$ref !== $ref) continue;
    const examples = codesOf(Number(status)).map((code) => [
      code,
      { value: { error: { code, message: description } } },
    ]);
    json.examples = Object.fromEntries(examples) as Record<string, unknown>;
  }
}
