openssl req -x509 -newkey ec -pkeyopt group:P-256 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem
godwit serve --development --set listener.tls.certificate_file=cert.pem --set listener.tls.key_file=key.pem
mosquitto_pub -h localhost -p 8883 --cafile cert.pem -t home/front/door -m closed
