import java.util.UUID;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The emulator in a container, with Testcontainers: one file to copy, beside SymphonyPod.java.
 *
 * <pre>{@code
 * static final SymphonyContainer container = new SymphonyContainer("registry.acme.example/symphony-emulator@sha256:...");
 * static { container.start(); }
 * @RegisterExtension static final SymphonyPod pod = container.pod();
 * }</pre>
 */
public final class SymphonyContainer extends GenericContainer<SymphonyContainer> {
  private static final int PORT = 8080;

  private final String token = UUID.randomUUID().toString();

  /** A container of an image that your team built. */
  public SymphonyContainer(String image) {
    super(DockerImageName.parse(image));
    withExposedPorts(PORT);
    withEnv("SYMPHONY_EMULATOR_CONTROL_TOKEN", token);
    waitingFor(Wait.forHttp("/emulator/v1/health").forPort(PORT));
  }

  /** The pod in it, once it is started. */
  public SymphonyPod pod() {
    return new SymphonyPod("http://" + getHost() + ":" + getMappedPort(PORT), token);
  }
}
