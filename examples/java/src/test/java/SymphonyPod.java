import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A pod for tests: one file to copy. As a JUnit extension it restores the world before each test.
 *
 * <p>It is the pod that `symphony-emulator exec -- mvn test` (or a container) put into SYMPHONY_EMULATOR_URL, or else one
 * that it starts itself.
 */
public final class SymphonyPod implements BeforeEachCallback {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
  private static SymphonyPod started;

  private final String url;
  private final String token;

  /** The pod at an address; `token` is what its control plane asks for, or null. */
  public SymphonyPod(String url, String token) {
    this.url = url;
    this.token = token;
  }

  /** The pod that serves this build; one is started when there is none. */
  public static synchronized SymphonyPod here() {
    var served = System.getenv("SYMPHONY_EMULATOR_URL");
    if (served != null) return new SymphonyPod(served, System.getenv("SYMPHONY_EMULATOR_TOKEN"));
    if (started == null) started = start();
    return started;
  }

  private static SymphonyPod start() {
    try {
      var home = Files.createTempDirectory("symphony").toString();
      var command = new ProcessBuilder("symphony-emulator", "serve", "--quiet", "--port", "0", "--home", home);
      var process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
      return new SymphonyPod(JSON.readTree(process.inputReader().readLine()).get("url").asText(), null);
    } catch (IOException error) {
      throw new IllegalStateException("symphony-emulator cannot be started", error);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    control("POST", "/reset", "{}");
    control("DELETE", "/requests", "");
  }

  public String url() {
    return url;
  }

  /** The private key of an app, as PEM. */
  public String key(String app) {
    return control("GET", "/apps/" + app + "/key", "").text();
  }

  /** A whole configuration for the BDK, as YAML with the keys in it: BdkConfigLoader.loadFromInputStream. */
  public String bdkConfig(String app) {
    return control("GET", "/bdk-config?client=java&app=" + app, "").text();
  }

  public long userId(String username) {
    return control("GET", "/users?who=" + username, "").json().get(0).get("id").asLong();
  }

  /** Take a permission away from an app. */
  public void revoke(String app, String permission) {
    var left = new TreeSet<String>();
    for (var each : control("GET", "/apps", "").json()) {
      if (each.get("id").asText().equals(app)) each.get("permissions").forEach(one -> left.add(one.asText()));
    }
    left.remove(permission);
    control("PATCH", "/apps/" + app, "{\"permissions\": " + JSON.valueToTree(left) + "}");
  }

  /** What was called: `path=/pod/v1/im/create&status=403`, oldest first. */
  public JsonNode requests(String wanted) {
    return control("GET", "/requests?" + wanted, "").json();
  }

  /** A call of the control plane. */
  public Answer control(String method, String path, String body) {
    var request = HttpRequest.newBuilder(URI.create(url + "/emulator/v1" + path));
    if (token != null) request.header("Authorization", "Bearer " + token);
    var answer = sent(request.method(method, BodyPublishers.ofString(body)));
    if (answer.status() >= 400) throw new IllegalStateException(method + " " + path + ": " + answer.text());
    return answer;
  }

  /** Log in as an app does, with a JWT signed with its key, and then on behalf of a user. */
  public Client login(String app, String username) {
    var jwt = signed("{\"sub\":\"" + app + "\",\"exp\":" + Instant.now().plusSeconds(240).getEpochSecond() + "}", key(app));
    var ofApp = new Client(null).post("/login/pubkey/app/authenticate", "{\"token\": \"" + jwt + "\"}");
    var path = "/login/pubkey/app/username/" + username + "/authenticate";
    return new Client(new Client(ofApp.json().get("token").asText()).post(path, "").json().get("token").asText());
  }

  private static String signed(String claims, String pem) {
    try {
      var der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
      var signature = Signature.getInstance("SHA512withRSA");
      signature.initSign(KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der)));
      var url = Base64.getUrlEncoder().withoutPadding();
      var said = url.encodeToString("{\"alg\":\"RS512\"}".getBytes(StandardCharsets.UTF_8)) + "." + url.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
      signature.update(said.getBytes(StandardCharsets.UTF_8));
      return said + "." + url.encodeToString(signature.sign());
    } catch (GeneralSecurityException error) {
      throw new IllegalStateException(error);
    }
  }

  private static Answer sent(HttpRequest.Builder request) {
    try {
      return new Answer(HTTP.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException | InterruptedException error) {
      throw new IllegalStateException(error);
    }
  }

  /** Calls in one session. */
  public final class Client {
    private final String session;

    private Client(String session) {
      this.session = session;
    }

    public Answer get(String path) {
      return sent(request(path).GET());
    }

    public Answer post(String path, String json) {
      return sent(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    /** Send a message in MessageML. */
    public Answer send(String stream, String message) {
      var form = "--cut\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\n" + message + "\r\n--cut--\r\n";
      var request = request("/agent/v4/stream/" + stream + "/message/create");
      return sent(request.header("Content-Type", "multipart/form-data; boundary=cut").POST(BodyPublishers.ofString(form)));
    }

    private HttpRequest.Builder request(String path) {
      var request = HttpRequest.newBuilder(URI.create(url + path));
      return session == null ? request : request.header("sessionToken", session);
    }
  }

  /** What was answered; `reason` says why a call was refused. */
  public record Answer(int status, String text, String reason) {
    private Answer(HttpResponse<String> answer) {
      this(answer.statusCode(), answer.body(), answer.headers().firstValue("X-Emulator-Reason").orElse(""));
    }

    public JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (IOException error) {
        throw new IllegalStateException(text, error);
      }
    }
  }
}
