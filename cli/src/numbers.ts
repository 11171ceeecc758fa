import { usageError } from "./errors.ts";

const decimalForm = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A decimal number of an option, as it was typed. @throws {CliError} USAGE */
export function readNumber(option: string, text: string): number {
  const number = Number(text);
  if (!decimalForm.test(text) || !Number.isFinite(number))
    throw usageError(`${option} must be a number, not "${text}".`);
  return number;
}

/** A whole number within bounds. @throws {CliError} USAGE */
export function readInteger(option: string, text: string, bounds: { minimum: number; maximum: number }): number {
  const number = Number(text);
  if (!/^[+-]?\d+$/.test(text) || number < bounds.minimum || number > bounds.maximum) {
    const { minimum, maximum } = bounds;
    throw usageError(`${option} must be a whole number from ${minimum} to ${maximum}, not "${text}".`);
  }
  return number;
}
