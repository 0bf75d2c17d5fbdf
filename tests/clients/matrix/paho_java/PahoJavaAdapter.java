import java.util.Arrays;
import java.util.List;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Paho Java (mqttv3) by its asynchronous client, whose tokens are waited for. */
final class PahoJavaAdapter implements Lines.Client {
  private static final int REFUSED = 0x80;
  private static final long OPERATION_MILLISECONDS = Lines.OPERATION_SECONDS * 1000L;

  private final Lines.Door door;
  private final String name;
  private MqttAsyncClient client;

  private PahoJavaAdapter(Lines.Door door, String name) {
    this.door = door;
    this.name = name;
  }

  private final class Events implements MqttCallback {
    @Override
    public void connectionLost(Throwable cause) {
      Lines.sayLost(name);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
      byte[] data = message.getPayload();
      Lines.sayMessage(name, topic, message.getQos(), message.isRetained(), data);
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {}
  }

  private String address() {
    String place = door.host + ":" + door.port;
    switch (door.transport) {
      case "tcp":
        return "tcp://" + place;
      case "tls":
        return "ssl://" + place;
      default:
        return door.transport + "://" + place + "/mqtt";
    }
  }

  @Override
  public String connect(Lines.Request request) throws Exception {
    client = new MqttAsyncClient(address(), request.clientId, new MemoryPersistence());
    client.setCallback(new Events());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setCleanSession(request.isClean);
    options.setKeepAliveInterval(Lines.KEEP_ALIVE_SECONDS);
    options.setAutomaticReconnect(false);
    if (door.isEncrypted()) {
      options.setSocketFactory(door.sslContext().getSocketFactory());
    }
    if (request.willTopic != null) {
      options.setWill(request.willTopic, request.willPayload, request.willQos, false);
    }
    IMqttToken connected = client.connect(options);
    connected.waitForCompletion(OPERATION_MILLISECONDS);
    return connected.getSessionPresent() ? "1" : "0";
  }

  @Override
  public void subscribe(List<String> filters, int qos) throws Exception {
    int[] levels = new int[filters.size()];
    Arrays.fill(levels, qos);
    IMqttToken subscribed = client.subscribe(filters.toArray(new String[0]), levels);
    subscribed.waitForCompletion(OPERATION_MILLISECONDS);
    for (int granted : subscribed.getGrantedQos()) {
      if (granted >= REFUSED) {
        throw new IllegalStateException("a filter was refused");
      }
    }
  }

  @Override
  public void publish(String topic, byte[] payload, int qos, boolean isRetained) throws Exception {
    client.publish(topic, payload, qos, isRetained).waitForCompletion(OPERATION_MILLISECONDS);
  }

  @Override
  public void disconnect() throws Exception {
    client.disconnect().waitForCompletion(OPERATION_MILLISECONDS);
    client.close();
  }

  /** The library's own version: its jar names it. */
  private static String version() {
    String version = MqttAsyncClient.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  public static void main(String[] arguments) throws Exception {
    Lines.Door door = new Lines.Door(arguments);
    Lines.run(version(), name -> new PahoJavaAdapter(door, name));
  }
}
