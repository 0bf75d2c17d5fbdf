mosquitto_sub -h localhost -p 1883 -t 'home/#' -v
