import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.symphony.bdk.core.SymphonyBdk;
import com.symphony.bdk.core.config.BdkConfigLoader;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same with the unmodified BDK: its configuration, keys included, comes from the pod. */
class DeskBdkTest {
  @RegisterExtension static final SymphonyPod pod = SymphonyPod.here();

  @Test
  void aliceWritesToBob() throws Exception {
    var yaml = pod.bdkConfig("acme-desk").getBytes(StandardCharsets.UTF_8);
    var bdk = new SymphonyBdk(BdkConfigLoader.loadFromInputStream(new ByteArrayInputStream(yaml)));
    var alice = bdk.obo(bdk.obo("alice"));
    var bob = alice.users().listUsersByUsernames(List.of("bob")).get(0);
    var im = alice.streams().create(bob.getId());
    var sent = alice.messages().send(im.getId(), "<messageML>Order <b>4711</b> is filled.</messageML>");
    assertTrue(sent.getMessage().contains("<b>4711</b>"));
    assertEquals("acme-bot", bdk.botInfo().getUsername());
  }
}
