// An app that acts on behalf of users, against a pod whose world is as it was loaded before each test.
import { afterAll, beforeEach, expect, test } from "vitest";
import { SymphonyPod, type Client } from "./symphony.ts";

const pod = await SymphonyPod.here();
let alice: Client;

beforeEach(async () => {
  await pod.reset();
  alice = await pod.login("acme-desk", "alice");
});

afterAll(() => pod.stop());

test("alice writes to bob", async () => {
  const im = await alice.post("/pod/v1/im/create", [await pod.userId("bob")]);
  expect(im.status).toBe(200);
  const sent = await alice.send((await im.json()).id, "<messageML>Order <b>4711</b> is filled.</messageML>");
  expect((await sent.json()).message).toContain("<b>4711</b>");
});

test("without the permission she may not", async () => {
  await pod.revoke("acme-desk", "SEND_MESSAGES");
  const refused = await alice.post("/pod/v1/im/create", [await pod.userId("bob")]);
  expect(refused.status).toBe(403);
  expect(refused.headers.get("X-Emulator-Reason")).toContain("SEND_MESSAGES");
});

test("a stranger hears nothing", async () => {
  const refused = await alice.post("/pod/v1/im/create", [await pod.userId("dave")]);
  expect(refused.status).toBe(403);
  const [call] = await pod.requests({ status: "403" });
  expect(call.reason).toContain("not connected");
});
