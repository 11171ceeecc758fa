import type { WriteAddress } from "@pos/contracts/addresses";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { outcome, type Replica, startReplica } from "../test/user-service.ts";

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica();
});
afterAll(() => replica.stop());

const home: WriteAddress = {
  recipient: "$name",
  line1: "$$ROOT",
  line2: "{$ne: 1}",
  city: "Zürich",
  postalCode: "8001",
  country: "CH",
};
const work: WriteAddress = { recipient: "Ada", line1: "2 Work Street", city: "London", country: "GB" };

describe("addresses", () => {
  test("are kept as they were written", async () => {
    const { id, client } = await replica.customer();
    const made = await client.users.addresses.create(id, home);
    expect(made as unknown).toEqual({
      ...home,
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      isDefault: true,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect(await client.users.addresses.list(id)).toEqual([made]);
    const changed = await client.users.addresses.update(id, made.id.toUpperCase(), work);
    expect(changed).toEqual({
      ...work,
      id: made.id,
      isDefault: true,
      createdAt: made.createdAt,
      updatedAt: changed.updatedAt,
    });
    expect(await client.users.addresses.list(id)).toEqual([changed]);
    await client.users.addresses.delete(id, made.id);
    expect(await client.users.addresses.list(id)).toEqual([]);
    expect(await outcome(client.users.addresses.delete(id, made.id))).toBe("NOT_FOUND");
    expect(await outcome(client.users.addresses.update(id, made.id, work))).toBe("NOT_FOUND");
  });
  test("have one default, whatever is asked at the same time", async () => {
    const { id, client } = await replica.customer();
    const { addresses } = client.users;
    const first = await addresses.create(id, home);
    const second = await addresses.create(id, work);
    expect([first.isDefault, second.isDefault]).toEqual([true, false]);
    await Promise.all([
      ...Array.from({ length: 5 }, () => addresses.create(id, { ...work, isDefault: true })),
      ...[first, second].map((each) => addresses.update(id, each.id, { ...home, isDefault: true })),
    ]);
    const defaults = async () => (await addresses.list(id)).filter(({ isDefault }) => isDefault).map((each) => each.id);
    expect((await defaults()).length).toBe(1);
    const added = await addresses.create(id, { ...work, isDefault: true });
    expect(await defaults()).toEqual([added.id]);
    await addresses.update(id, second.id, { ...work, isDefault: true });
    expect(await defaults()).toEqual([second.id]);
    await addresses.update(id, second.id, work);
    expect(await defaults()).toEqual([second.id]);
    expect((await addresses.list(id)).length).toBe(8);
  });
  test("are 50 at most, whatever is asked at the same time", async () => {
    const { id, client } = await replica.customer();
    const outcomes = await Promise.all(
      Array.from({ length: 53 }, () => outcome(client.users.addresses.create(id, work))),
    );
    expect(outcomes.filter((each) => each === "ok").length).toBe(50);
    expect(outcomes.filter((each) => each === "CONFLICT").length).toBe(3);
    expect((await client.users.addresses.list(id)).length).toBe(50);
  });
  test("are nobody else's to read or change", async () => {
    const [ada, eve, admin] = [await replica.customer(), await replica.customer(), await replica.admin()];
    const hers = await ada.client.users.addresses.create(ada.id, home);
    for (const client of [eve.client, admin, await replica.machine()]) {
      const { addresses } = client.users;
      expect(await outcome(addresses.list(ada.id))).toBe("FORBIDDEN");
      expect(await outcome(addresses.create(ada.id, work))).toBe("FORBIDDEN");
      expect(await outcome(addresses.update(ada.id, hers.id, work))).toBe("FORBIDDEN");
      expect(await outcome(addresses.delete(ada.id, hers.id))).toBe("FORBIDDEN");
    }
    expect(await outcome(eve.client.users.addresses.update(eve.id, hers.id, work))).toBe("NOT_FOUND");
    expect(await outcome(eve.client.users.addresses.delete(eve.id, hers.id))).toBe("NOT_FOUND");
    expect(await ada.client.users.addresses.list(ada.id)).toEqual([hers]);
  });
  test("go with the account", async () => {
    const { id, client } = await replica.customer();
    await client.users.addresses.create(id, { ...home, city: "Erasemetown" });
    await client.users.delete(id);
    expect(await outcome(client.users.addresses.create(id, work))).toBe("NOT_FOUND");
    const users = await replica.database.database.db.collection("users").find().toArray();
    expect(JSON.stringify(users)).not.toContain("Erasemetown");
  });
  test.each([
    ["a country that is no code", { country: "Switzerland" }],
    ["an id of one's own", { id: "0".repeat(24) }],
    ["no city", { city: undefined }],
    ["a line that is too long", { line1: "x".repeat(201) }],
  ])("with %s are refused", async (_what, change) => {
    const { id, token } = await replica.customer();
    const answer = await replica.send("POST", `/users/${id}/addresses`, { token, body: { ...work, ...change } });
    expect([answer.status, answer.code]).toEqual([400, "VALIDATION_ERROR"]);
  });
});
