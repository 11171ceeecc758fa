import { Type } from "@sinclair/typebox";

/** The answer without a body of a 202 or 204. */
export const nothing = (description: string) => Type.Void({ description });
