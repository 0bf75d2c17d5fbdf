// Paho JavaScript as the matrix wants it, in Node and in a page.

import { KEEP_ALIVE_SECONDS, OPERATION_MILLISECONDS, inTime } from '../js/lines.mjs';

const MQTT_3_1_1 = 4;

/** `paho`: the library. */
export function clientMaker(paho) {
  return (door, events) => new Client(paho, door, events);
}

class Client {
  #paho;
  #door;
  #events;
  #client;
  #isLeaving = false;
  #ended = () => {};
  #delivered = new Map(); // by message

  constructor(paho, door, events) {
    this.#paho = paho;
    this.#door = door;
    this.#events = events;
  }

  connect({ clientId, clean, will }) {
    const { transport, host, port } = this.#door;
    this.#client = new this.#paho.Client(`${transport}://${host}:${port}/mqtt`, clientId);
    this.#client.onMessageArrived = (message) =>
      this.#events.message({
        topic: message.destinationName,
        qos: message.qos,
        retain: message.retained,
        data: message.payloadBytes,
      });
    this.#client.onMessageDelivered = (message) => this.#delivered.get(message)?.();
    this.#client.onConnectionLost = () =>
      this.#isLeaving ? this.#ended() : this.#events.lost();
    const options = {
      cleanSession: clean,
      mqttVersion: MQTT_3_1_1,
      keepAliveInterval: KEEP_ALIVE_SECONDS,
      timeout: OPERATION_MILLISECONDS / 1000,
    };
    if (will) {
      options.willMessage = this.#message(will);
    }
    return inTime((resolve, reject) =>
      this.#client.connect({
        ...options,
        onSuccess: () => resolve('unknown'), // It keeps Session Present to itself.
        onFailure: (answer) => reject(new Error(answer.errorMessage)),
      }),
    );
  }

  #message({ topic, qos, retain = false, data }) {
    const message = new this.#paho.Message(data);
    message.destinationName = topic;
    message.qos = qos;
    message.retained = retain;
    return message;
  }

  subscribe(filters, qos) {
    return inTime((resolve, reject) =>
      this.#client.subscribe(filters.length === 1 ? filters[0] : filters, {
        qos,
        onSuccess: resolve,
        onFailure: () => reject(new Error('refused')),
      }),
    );
  }

  async publish(wanted) {
    const message = this.#message(wanted);
    await inTime((resolve) => {
      this.#delivered.set(message, resolve);
      this.#client.send(message);
    });
    this.#delivered.delete(message);
  }

  disconnect() {
    this.#isLeaving = true;
    return inTime((resolve) => {
      this.#ended = resolve;
      this.#client.disconnect();
    });
  }
}
