import { expect, test } from "bun:test";
import { ClosedObject, WholeNumber } from "@pos/contracts/primitives";
import { AppError } from "./app-error.ts";
import { wireForm } from "./wire-form.ts";

const form = wireForm("shelf", ClosedObject({ units: WholeNumber({ minimum: 0, maximum: 9 }) }));

test("says nothing of what is broken where everything has its form", () => {
  expect(form.part([{ id: "a", view: () => ({ units: 1 }) }])).toEqual({ whole: [{ units: 1 }] });
});

test("names what is wrong with a document by field, never by value, and keeps the others in their order", () => {
  const unreadable = () => (undefined as unknown as Date).toISOString();
  const views = [{ units: 1 }, { units: "1" }, {}, { units: 1, secret: "x" }, { units: 2 }];
  const documents = views.map((value, index) => ({ id: String(index), view: (): unknown => value }));
  const { whole, broken } = form.part([...documents, { id: "5", view: unreadable }]);
  expect(whole).toEqual([{ units: 1 }, { units: 2 }]);
  expect(broken).toEqual([
    { id: "1", problems: ["units must be a whole number from 0 up to 9"] },
    { id: "2", problems: ["units is required"] },
    { id: "3", problems: ["secret is not one of its fields"] },
    { id: "5", problems: [expect.stringMatching(/^it cannot be read: .*undefined is not an object/)] },
  ]);
});

test("of one document an auditor is told what is wrong, and the log of anybody else", () => {
  expect(form.whole({ id: "a", view: () => ({ units: 1 }) })).toEqual({ units: 1 });
  const broken = { id: "b", view: () => ({ units: "1" }) };
  const message = "The shelf b is not as this service writes it: units must be a whole number from 0 up to 9.";
  expect(() => form.whole(broken)).toThrow(new Error(message));
  expect(errorOf(() => form.whole(broken))).not.toBeInstanceOf(AppError);
  const details = { type: "shelf", id: "b", problems: ["units must be a whole number from 0 up to 9"] };
  expect(errorOf(() => form.audited(broken))).toMatchObject({ code: "INTERNAL_ERROR", message, details });
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
