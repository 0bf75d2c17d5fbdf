mosquitto_pub -h localhost -p 1883 -t home/front/door -m closed
