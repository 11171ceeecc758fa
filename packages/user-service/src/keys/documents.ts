import type { Binary } from "mongodb";
import type { SigningKey } from "./domain.ts";

/** A signing key as it is stored, by its key id. */
export type SigningKeyDocument = Omit<SigningKey, "id" | "sealed"> & { _id: string; sealed: Binary };
