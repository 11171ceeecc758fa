import type { Cursor } from "./cursor.ts";

export type Labels = Readonly<Record<string, string>>;

/** Whether labels satisfy a LabelSelector (`matchLabels` and `matchExpressions`); an empty one takes everything. */
export function matchesSelector(selector: Cursor, labels: Labels): boolean {
  return (
    includesLabels(labels, selector.texts("matchLabels")) &&
    selector.items("matchExpressions").every((expression) => matchesExpression(expression, labels))
  );
}

/** Whether all wanted labels are there with the same values. */
export function includesLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

/** `app=web, tier=front` as kubectl prints it. */
export function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? "no labels" : pairs.join(",");
}

function matchesExpression(expression: Cursor, labels: Labels): boolean {
  const value = labels[expression.get("key").text ?? ""];
  const isListed = expression.items("values").some(({ text }) => text === value);
  const operator = expression.get("operator").text;
  if (operator === "In") return value !== undefined && isListed;
  if (operator === "NotIn") return value === undefined || !isListed;
  if (operator === "Exists") return value !== undefined;
  return operator !== "DoesNotExist" || value === undefined;
}
