# One message, connection and all.
import paho.mqtt.publish as publish

publish.single("home/front/door", "open", qos=1, hostname="localhost", port=1883)
