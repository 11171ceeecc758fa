import { describe, expect, test } from "bun:test";
import { addressKey, clientAddress } from "./client-address.ts";

const server = { requestIP: () => ({ address: "192.0.2.9" }) };
const from = (forwarded: string | undefined, hops: number) =>
  clientAddress(
    new Request("http://localhost/", forwarded === undefined ? {} : { headers: { "x-forwarded-for": forwarded } }),
    server,
    hops,
  );

describe("the client's address", () => {
  test.each([
    ["is the connection's without trusted proxies", "203.0.113.1", 0, "192.0.2.9"],
    ["is the last entry behind one proxy", "203.0.113.1, 198.51.100.2", 1, "198.51.100.2"],
    ["is the last but one behind two", "1.1.1.1, 203.0.113.1, 198.51.100.2", 2, "203.0.113.1"],
    ["is the first when fewer proxies wrote than are trusted", "203.0.113.1", 3, "203.0.113.1"],
    ["is the entry's without the port that some proxies write", "203.0.113.1:50123", 1, "203.0.113.1"],
    ["is the entry's without port and brackets", "[2001:db8::1]:50123", 1, "2001:db8::1"],
    ["is the entry's without brackets", "[2001:db8::1]", 1, "2001:db8::1"],
    ["is the connection's when the entry is no address", "evil", 1, "192.0.2.9"],
    ["is the connection's without the header", undefined, 1, "192.0.2.9"],
  ])("%s", (_what, forwarded, hops, expected) => {
    expect(from(forwarded, hops)).toBe(expected);
  });
});

describe("what limits count by", () => {
  test.each([
    ["203.0.113.1", "203.0.113.1"],
    ["::ffff:203.0.113.1", "203.0.113.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["unknown", "unknown"],
  ])("%s counts as %s", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
  test("one network of IPv6 counts as one", () => {
    expect(addressKey("2001:db8:0:1::1")).toBe(addressKey("2001:db8::1:ffff:0:0:2"));
  });
});
