# A sensor: sends a measurement, and an alarm that must arrive exactly once.
import paho.mqtt.client as mqtt

client = mqtt.Client("kitchen")
client.connect("localhost", 1883)
client.loop_start()
client.publish("home/kitchen/temperature", "21.5")
client.publish("home/alarm", "smoke in the kitchen", qos=2).wait_for_publish()
client.loop_stop()
client.disconnect()
