import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The common part of the adapters written in Java: reads commands, has them done by the library's
 * Client, and writes events. ../README.md describes both.
 */
final class Lines {
  static final int OPERATION_SECONDS = 20;
  static final short KEEP_ALIVE_SECONDS = 60;
  private static final int WILL_BYTES = 16;
  private static final int PAYLOAD_PERIOD = 251;
  private static final int FNV_BASIS = 0x811C9DC5;
  private static final int FNV_PRIME = 0x01000193;

  /** Where the broker is; the same for all connections. */
  static final class Door {
    final String transport;
    final String host;
    final int port;
    private final String authorityFile;

    Door(String[] arguments) {
      transport = arguments[0];
      host = arguments[1];
      port = Integer.parseInt(arguments[2]);
      authorityFile = arguments[4];
    }

    boolean isEncrypted() {
      return transport.equals("tls") || transport.equals("wss");
    }

    /** A context that trusts the matrix's authority and no other. */
    SSLContext sslContext() throws GeneralSecurityException, IOException {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null);
      try (InputStream file = new FileInputStream(authorityFile)) {
        store.setCertificateEntry(
            "ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    }
  }

  /** What a connection is asked to be. */
  static final class Request {
    final String clientId;
    final boolean isClean;
    final String willTopic; // null: no will
    final int willQos;
    final byte[] willPayload;

    Request(List<String> words) {
      clientId = words.get(0);
      isClean = words.get(1).equals("1");
      boolean hasWill = words.size() > 2;
      willTopic = hasWill ? words.get(2) : null;
      willQos = hasWill ? Integer.parseInt(words.get(3)) : 0;
      willPayload = hasWill ? payload(WILL_BYTES, Integer.parseInt(words.get(4))) : null;
    }
  }

  /** One connection of a library; every call blocks until the broker has answered. */
  interface Client {
    /** "0" or "1", whether the broker had a session, or "unknown". */
    String connect(Request request) throws Exception;

    void subscribe(List<String> filters, int qos) throws Exception;

    void publish(String topic, byte[] payload, int qos, boolean isRetained) throws Exception;

    void disconnect() throws Exception;
  }

  interface MakeClient {
    Client make(String name) throws Exception;
  }

  private final MakeClient makeClient;
  private final Map<String, Client> clients = new HashMap<>();

  private Lines(MakeClient makeClient) {
    this.makeClient = makeClient;
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  static void sayLost(String name) {
    say("lost " + name);
  }

  static void sayMessage(String name, String topic, int qos, boolean isRetained, byte[] data) {
    String sum = Integer.toUnsignedString(checksum(data));
    int retain = isRetained ? 1 : 0;
    say(String.join(" ", "message", name, topic, "" + qos, "" + retain, "" + data.length, sum));
  }

  private static byte[] payload(int size, int seed) {
    byte[] data = new byte[size];
    for (int at = 0; at < size; ++at) {
      data[at] = (byte) ((seed + at) % PAYLOAD_PERIOD);
    }
    return data;
  }

  private static int checksum(byte[] data) {
    int sum = FNV_BASIS;
    for (byte value : data) {
      sum = (sum ^ (value & 0xFF)) * FNV_PRIME;
    }
    return sum;
  }

  private static List<String> filters(List<String> words) {
    List<String> filters = new ArrayList<>();
    if (words.size() == 2) {
      filters.add(words.get(0));
      return filters;
    }
    int count = Integer.parseInt(words.get(2));
    for (int number = 0; number < count; ++number) {
      filters.add(words.get(0) + "/" + number);
    }
    return filters;
  }

  private void serve(String verb, String name, List<String> words) throws Exception {
    switch (verb) {
      case "connect":
        Client client = makeClient.make(name);
        String sessionPresent = client.connect(new Request(words));
        clients.put(name, client);
        say("connected " + name + " " + sessionPresent);
        break;
      case "subscribe":
        clients.get(name).subscribe(filters(words), Integer.parseInt(words.get(1)));
        say("subscribed " + name);
        break;
      case "publish":
        byte[] data = payload(Integer.parseInt(words.get(3)), Integer.parseInt(words.get(4)));
        boolean isRetained = words.get(2).equals("1");
        clients.get(name).publish(words.get(0), data, Integer.parseInt(words.get(1)), isRetained);
        say("published " + name);
        break;
      case "disconnect":
        clients.remove(name).disconnect();
        say("disconnected " + name);
        break;
      default:
        throw new IllegalArgumentException("no such command");
    }
  }

  /** Serves commands until `quit` or the end of standard input, then ends the process. */
  static void run(String version, MakeClient makeClient) throws IOException {
    Lines lines = new Lines(makeClient);
    say("ready " + version);
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ");
      if (words.length < 2) {
        break;
      }
      try {
        lines.serve(words[0], words[1], List.of(words).subList(2, words.length));
      } catch (Exception error) { // Whatever it is, the runner has to hear of it.
        say("error " + words[1] + " " + words[0] + ": " + error);
      }
    }
    System.exit(0); // The libraries have threads of their own.
  }
}
