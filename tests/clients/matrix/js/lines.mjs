// The common part of the adapters written in JavaScript, in Node and in a page: has commands done and
// says events. The commands and events are in ../README.md.

export const OPERATION_MILLISECONDS = 20000;
export const KEEP_ALIVE_SECONDS = 60;
export const KEPT_SESSION_SECONDS = 300;
const WILL_BYTES = 16;
const PAYLOAD_PERIOD = 251;
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Where the broker is; the same for all connections. */
export class Door {
  constructor([transport, host, port, level, caFile]) {
    this.transport = transport;
    this.host = host;
    this.port = Number(port);
    this.isV5 = level === '5';
    this.caFile = caFile;
  }

  get isWebSocket() {
    return this.transport === 'ws' || this.transport === 'wss';
  }

  get isEncrypted() {
    return this.transport === 'tls' || this.transport === 'wss';
  }
}

function payload(size, seed) {
  return Uint8Array.from({ length: size }, (_, at) => (seed + at) % PAYLOAD_PERIOD);
}

function checksum(data) {
  let sum = FNV_BASIS;
  for (const byte of data) {
    sum = Math.imul(sum ^ byte, FNV_PRIME);
  }
  return sum >>> 0;
}

/** A promise that fails by itself when the library keeps silent. */
export function inTime(start) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), OPERATION_MILLISECONDS);
    const settle = (how) => (value) => {
      clearTimeout(timer);
      how(value);
    };
    start(settle(resolve), settle(reject));
  });
}

/**
 * Serves commands one after the other. `say(line)` writes an event; `makeClient(door, events)` gives
 * a connection with connect, which tells whether there was a session, subscribe, publish and
 * disconnect; each returns a promise.
 */
export class Server {
  #door;
  #say;
  #makeClient;
  #clients = new Map();
  #last = Promise.resolve();

  constructor(door, say, makeClient) {
    this.#door = door;
    this.#say = say;
    this.#makeClient = makeClient;
  }

  receive(line) {
    const [verb, name, ...words] = line.split(' ');
    this.#last = this.#last
      .then(() => this.#serve(verb, name, words))
      .catch((error) => this.#say(`error ${name} ${verb}: ${error?.message ?? JSON.stringify(error)}`));
  }

  async #serve(verb, name, words) {
    const verbs = {
      connect: () => this.#connect(name, words),
      subscribe: () => this.#subscribe(name, words),
      publish: () => this.#publish(name, words),
      disconnect: () => this.#disconnect(name),
    };
    await verbs[verb]();
  }

  async #connect(name, [clientId, clean, willTopic, willQos, willSeed]) {
    const client = this.#makeClient(this.#door, {
      message: ({ topic, qos, retain, data }) =>
        this.#say(
          `message ${name} ${topic} ${qos} ${Number(retain)} ${data.length} ${checksum(data)}`,
        ),
      lost: () => this.#say(`lost ${name}`),
    });
    const will = willTopic && {
      topic: willTopic,
      qos: Number(willQos),
      data: payload(WILL_BYTES, Number(willSeed)),
    };
    const sessionPresent = await client.connect({ clientId, clean: clean === '1', will });
    this.#clients.set(name, client);
    this.#say(`connected ${name} ${sessionPresent}`);
  }

  async #subscribe(name, [filter, qos, count]) {
    const filters = count
      ? Array.from({ length: Number(count) }, (_, number) => `${filter}/${number}`)
      : [filter];
    await this.#clients.get(name).subscribe(filters, Number(qos));
    this.#say(`subscribed ${name}`);
  }

  async #publish(name, [topic, qos, retain, size, seed]) {
    const data = payload(Number(size), Number(seed));
    await this.#clients
      .get(name)
      .publish({ topic, qos: Number(qos), retain: retain === '1', data });
    this.#say(`published ${name}`);
  }

  async #disconnect(name) {
    await this.#clients.get(name).disconnect();
    this.#clients.delete(name);
    this.#say(`disconnected ${name}`);
  }
}
