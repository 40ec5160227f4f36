import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Opens the stores that a home has for Java, says what is in them, and logs in over https with both. */
public class Stores {
  static final char[] PASSWORD = "changeit".toCharArray();

  static KeyStore opened(String type, String path) throws Exception {
    KeyStore store = KeyStore.getInstance(type);
    try (var in = Files.newInputStream(Path.of(path))) {
      store.load(in, PASSWORD);
    }
    for (String alias : Collections.list(store.aliases())) {
      System.out.println(alias + " " + (store.isKeyEntry(alias) ? "key" : "trusted"));
    }
    return store;
  }

  public static void main(String[] args) throws Exception {
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(opened("JKS", args[1])); // the type that the BDK asks for: Java's reads both
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(opened("PKCS12", args[2]), PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    HttpRequest login =
        HttpRequest.newBuilder(URI.create(args[0])).POST(HttpRequest.BodyPublishers.noBody()).build();
    HttpClient client = HttpClient.newBuilder().sslContext(context).build();
    System.out.println(client.send(login, HttpResponse.BodyHandlers.ofString()).statusCode());
  }
}
