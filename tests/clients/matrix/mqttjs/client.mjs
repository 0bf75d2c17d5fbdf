// MQTT.js as the matrix wants it, in Node and in a page.

import {
  KEEP_ALIVE_SECONDS,
  KEPT_SESSION_SECONDS,
  OPERATION_MILLISECONDS,
  inTime,
} from '../js/lines.mjs';

const SCHEMES = { tcp: 'mqtt', tls: 'mqtts', ws: 'ws', wss: 'wss' };
const REFUSED = 0x80;

/** `mqtt`: the library; `tls`: what it needs to know for encrypted doors. */
export function clientMaker(mqtt, tls = {}) {
  return (door, events) => new Client(mqtt, tls, door, events);
}

class Client {
  #mqtt;
  #tls;
  #door;
  #events;
  #client;
  #isConnected = false;
  #isLeaving = false;

  constructor(mqtt, tls, door, events) {
    this.#mqtt = mqtt;
    this.#tls = tls;
    this.#door = door;
    this.#events = events;
  }

  #options({ clientId, clean, will }) {
    const options = {
      ...this.#tls,
      clientId,
      clean,
      protocolVersion: this.#door.isV5 ? 5 : 4,
      keepalive: KEEP_ALIVE_SECONDS,
      connectTimeout: OPERATION_MILLISECONDS,
      reconnectPeriod: 0,
    };
    if (this.#door.isV5 && !clean) {
      options.properties = { sessionExpiryInterval: KEPT_SESSION_SECONDS };
    }
    if (will) {
      options.will = { topic: will.topic, qos: will.qos, payload: will.data, retain: false };
    }
    return options;
  }

  connect(request) {
    const { transport, host, port, isWebSocket } = this.#door;
    const path = isWebSocket ? '/mqtt' : '';
    const address = `${SCHEMES[transport]}://${host}:${port}${path}`;
    return inTime((resolve, reject) => {
      this.#client = this.#mqtt.connect(address, this.#options(request));
      this.#client.on('connect', (answer) => {
        this.#isConnected = true;
        resolve(Number(answer.sessionPresent));
      });
      this.#client.on('error', reject);
      this.#client.on('message', (topic, data, { qos, retain }) =>
        this.#events.message({ topic, qos, retain, data }),
      );
      this.#client.on('close', () => {
        if (this.#isConnected && !this.#isLeaving) {
          this.#isLeaving = true;
          this.#events.lost();
        }
      });
    });
  }

  async subscribe(filters, qos) {
    const granted = await inTime((resolve, reject) =>
      this.#client.subscribe(filters, { qos }, (error, codes) =>
        error ? reject(error) : resolve(codes),
      ),
    );
    if (granted.some((one) => one.qos >= REFUSED)) {
      throw new Error('refused');
    }
  }

  publish({ topic, qos, retain, data }) {
    return inTime((resolve, reject) =>
      this.#client.publish(topic, data, { qos, retain }, (error) =>
        error ? reject(error) : resolve(),
      ),
    );
  }

  disconnect() {
    this.#isLeaving = true;
    return inTime((resolve) => this.#client.end(false, {}, resolve));
  }
}
