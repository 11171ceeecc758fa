import { expect, test } from "bun:test";
import { ClosedObject, WholeNumber } from "@pos/contracts/primitives";
import { wireForm } from "./wire-form.ts";

const formOf = wireForm(ClosedObject({ units: WholeNumber({ minimum: 0, maximum: 9 }) }));

test("says nothing of what is broken where everything has its form", () => {
  expect(formOf([{ id: "a", view: () => ({ units: 1 }) }])).toEqual({ whole: [{ units: 1 }] });
});

test("names what is wrong with a document by field, never by value, and keeps the others in their order", () => {
  const unreadable = () => (undefined as unknown as Date).toISOString();
  const views = [{ units: 1 }, { units: "1" }, {}, { units: 1, secret: "x" }, { units: 2 }];
  const documents = views.map((value, index) => ({ id: String(index), view: (): unknown => value }));
  const { whole, broken } = formOf([...documents, { id: "5", view: unreadable }]);
  expect(whole).toEqual([{ units: 1 }, { units: 2 }]);
  expect(broken).toEqual([
    { id: "1", problems: ["units must be a whole number from 0 up to 9"] },
    { id: "2", problems: ["units is required"] },
    { id: "3", problems: ["secret is not one of its fields"] },
    { id: "5", problems: [expect.stringMatching(/^it cannot be read: .*undefined is not an object/)] },
  ]);
});
