import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An app that acts on behalf of users, against a pod whose world is as it was loaded before each test. */
class DeskTest {
  @RegisterExtension static final SymphonyPod pod = SymphonyPod.here();

  private final SymphonyPod.Client alice = pod.login("acme-desk", "alice");

  @Test
  void aliceWritesToBob() {
    var im = alice.post("/pod/v1/im/create", "[" + pod.userId("bob") + "]");
    assertEquals(200, im.status());
    var sent = alice.send(im.json().get("id").asText(), "<messageML>Order <b>4711</b> is filled.</messageML>");
    assertTrue(sent.json().get("message").asText().contains("<b>4711</b>"));
  }

  @Test
  void withoutThePermissionSheMayNot() {
    pod.revoke("acme-desk", "SEND_MESSAGES");
    var refused = alice.post("/pod/v1/im/create", "[" + pod.userId("bob") + "]");
    assertEquals(403, refused.status());
    assertTrue(refused.reason().contains("SEND_MESSAGES"));
  }

  @Test
  void aStrangerHearsNothing() {
    var refused = alice.post("/pod/v1/im/create", "[" + pod.userId("dave") + "]");
    assertEquals(403, refused.status());
    assertTrue(pod.requests("status=403").get(0).get("reason").asText().contains("not connected"));
  }
}
