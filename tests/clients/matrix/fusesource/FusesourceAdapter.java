import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.fusesource.hawtbuf.Buffer;
import org.fusesource.hawtbuf.UTF8Buffer;
import org.fusesource.mqtt.client.Callback;
import org.fusesource.mqtt.client.CallbackConnection;
import org.fusesource.mqtt.client.ExtendedListener;
import org.fusesource.mqtt.client.MQTT;
import org.fusesource.mqtt.client.QoS;
import org.fusesource.mqtt.client.Topic;
import org.fusesource.mqtt.client.Tracer;
import org.fusesource.mqtt.codec.CONNACK;
import org.fusesource.mqtt.codec.MQTTFrame;
import org.fusesource.mqtt.codec.PUBLISH;

/**
 * FuseSource's mqtt-client by its callback API. Everything of a connection happens on its dispatch
 * queue; operations go there and wait.
 */
final class FusesourceAdapter implements Lines.Client {
  // The jar says its version nowhere; this is the one of Debian 12.
  private static final String VERSION = "1.16";
  private static final int SESSION_PRESENT = 1;
  private static final int REFUSED = 0x80;

  private final Lines.Door door;
  private final String name;
  private CallbackConnection connection;
  // Thread: the dispatch queue. A listener is told neither QoS nor retain: they come from the tracer,
  // which sees each frame just before the listener does.
  private final Queue<MQTTFrame> publishes = new ArrayDeque<>();
  private volatile int connackFlags;
  private volatile boolean isLeaving;

  private FusesourceAdapter(Lines.Door door, String name) {
    this.door = door;
    this.name = name;
  }

  /** A callback that completes a future. */
  private static final class Promise<T> extends CompletableFuture<T> implements Callback<T> {
    @Override
    public void onSuccess(T value) {
      complete(value);
    }

    @Override
    public void onFailure(Throwable error) {
      completeExceptionally(error);
    }

    T await() throws Exception {
      return get(Lines.OPERATION_SECONDS, TimeUnit.SECONDS);
    }
  }

  private final class Frames extends Tracer {
    @Override
    public void onReceive(MQTTFrame frame) {
      if (frame.messageType() == PUBLISH.TYPE) {
        publishes.add(frame);
      } else if (frame.messageType() == CONNACK.TYPE) {
        connackFlags = frame.buffers()[0].get(0);
      }
    }
  }

  private final class Events implements ExtendedListener {
    @Override
    public void onConnected() {}

    @Override
    public void onDisconnected() {
      if (!isLeaving) {
        isLeaving = true;
        Lines.sayLost(name);
      }
    }

    @Override
    public void onFailure(Throwable error) {
      onDisconnected();
    }

    @Override
    public void onPublish(UTF8Buffer topic, Buffer body, Callback<Callback<Void>> acknowledge) {
      MQTTFrame frame = publishes.remove();
      int qos = frame.qos().ordinal();
      Lines.sayMessage(name, topic.toString(), qos, frame.retain(), body.toByteArray());
      acknowledge.onSuccess(null);
    }

    @Override
    public void onPublish(UTF8Buffer topic, Buffer body, Runnable acknowledge) {
      throw new UnsupportedOperationException("the other one is called");
    }
  }

  @Override
  public String connect(Lines.Request request) throws Exception {
    MQTT options = new MQTT();
    options.setHost((door.isEncrypted() ? "tls://" : "tcp://") + door.host + ":" + door.port);
    if (door.isEncrypted()) {
      options.setSslContext(door.sslContext());
    }
    options.setVersion("3.1.1");
    options.setClientId(request.clientId);
    options.setCleanSession(request.isClean);
    options.setKeepAlive(Lines.KEEP_ALIVE_SECONDS);
    options.setConnectAttemptsMax(0);
    options.setReconnectAttemptsMax(0);
    if (request.willTopic != null) {
      options.setWillTopic(request.willTopic);
      options.setWillQos(QoS.values()[request.willQos]);
      options.setWillMessage(new UTF8Buffer(request.willPayload));
    }
    options.setTracer(new Frames());
    connection = options.callbackConnection();
    connection.listener(new Events());
    Promise<Void> connected = new Promise<>();
    connection.getDispatchQueue().execute(() -> connection.connect(connected));
    connected.await();
    connection.getDispatchQueue().execute(() -> connection.resume());
    return "" + (connackFlags & SESSION_PRESENT);
  }

  @Override
  public void subscribe(List<String> filters, int qos) throws Exception {
    Topic[] topics =
        filters.stream().map(filter -> new Topic(filter, QoS.values()[qos])).toArray(Topic[]::new);
    Promise<byte[]> granted = new Promise<>();
    connection.getDispatchQueue().execute(() -> connection.subscribe(topics, granted));
    for (byte code : granted.await()) {
      if ((code & REFUSED) != 0) {
        throw new IllegalStateException("a filter was refused");
      }
    }
  }

  @Override
  public void publish(String topic, byte[] payload, int qos, boolean isRetained) throws Exception {
    Promise<Void> published = new Promise<>();
    QoS level = QoS.values()[qos];
    connection
        .getDispatchQueue()
        .execute(() -> connection.publish(topic, payload, level, isRetained, published));
    published.await();
  }

  @Override
  public void disconnect() throws Exception {
    isLeaving = true;
    Promise<Void> disconnected = new Promise<>();
    connection.getDispatchQueue().execute(() -> connection.disconnect(disconnected));
    disconnected.await();
  }

  public static void main(String[] arguments) throws Exception {
    Lines.Door door = new Lines.Door(arguments);
    Lines.run(VERSION, name -> new FusesourceAdapter(door, name));
  }
}
