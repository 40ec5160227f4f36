// The emulator in a container, with Testcontainers: one file to copy, beside symphony.ts.
//
//   const container = await symphonyContainer("registry.acme.example/symphony-emulator@sha256:...");
//   const alice = await container.pod.login("acme-desk", "alice");
//   await container.stop();
import { randomUUID } from "node:crypto";
import { GenericContainer, Wait } from "testcontainers";
import { SymphonyPod } from "./symphony.ts";

const PORT = 8080;

/** A pod in a container of an image that your team built. */
export async function symphonyContainer(image: string): Promise<{ pod: SymphonyPod; stop: () => Promise<unknown> }> {
  const token = randomUUID();
  const container = await new GenericContainer(image)
    .withExposedPorts(PORT)
    .withEnvironment({ SYMPHONY_EMULATOR_CONTROL_TOKEN: token })
    .withWaitStrategy(Wait.forHttp("/emulator/v1/health", PORT))
    .start();
  const url = `http://${container.getHost()}:${container.getMappedPort(PORT)}`;
  return { pod: new SymphonyPod(url, token), stop: () => container.stop() };
}
