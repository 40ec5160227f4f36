// Sends the calls of a file to an address, see tests/test_wire.py.
import java.net.URI;
import java.net.http.*;
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;
public class Calls {
    static Map<String, String> kept = new TreeMap<>();
    static String filled(String text, boolean path) {
        for (var each : kept.entrySet())
            text = text.replace("{" + each.getKey() + "}", path ? each.getValue().replace("%", "%25") : each.getValue());
        return text;
    }
    public static void main(String[] a) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        boolean waits = false;
        for (String line : Files.readAllLines(Path.of(a[1]))) {
            String[] part = line.split("\t", -1);
            var request = HttpRequest.newBuilder(URI.create(a[0] + filled(part[1], true)));
            byte[] body = filled(new String(Base64.getDecoder().decode(part[3])), false).getBytes();
            if (!part[2].isEmpty()) request.header("Content-Type", part[2]);
            if (kept.containsKey("session")) request.header("sessionToken", kept.get("session"));
            if (kept.containsKey("keys")) request.header("keyManagerToken", kept.get("keys"));
            var sent = body.length == 0 ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body);
            request.method(part[0], sent).expectContinue(body.length > 0 && (waits = !waits));
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            System.out.println(answer.statusCode() + " " + answer.body());
            for (String keep : part[4].split(" ")) {
                if (keep.isEmpty()) continue;
                String[] name = keep.split("=");
                Matcher found = Pattern.compile("\"" + name[1] + "\":\"([^\"]+)\"").matcher(answer.body());
                if (found.find()) kept.put(name[0], found.group(1));
            }
        }
    }
}
