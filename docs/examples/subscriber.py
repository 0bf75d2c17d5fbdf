# A dashboard: shows what comes in, and says so when it is gone.
import paho.mqtt.client as mqtt


def on_connect(client, userdata, flags, rc):
    print("connected")
    client.subscribe("home/kitchen/temperature")
    client.subscribe("home/+/door", qos=1)
    client.subscribe("home/alarm", qos=2)


def on_message(client, userdata, message):
    print(message.topic, message.payload.decode())


client = mqtt.Client("dashboard")
client.on_connect = on_connect
client.on_message = on_message
client.will_set("home/dashboard", "offline", qos=2)
client.connect("localhost", 1883)
client.loop_forever()
