// Paho JavaScript in Node, with the WebSocket of the package ws.

import { authority, load, run } from '../js/node.mjs';
import { clientMaker } from './client.mjs';

const WebSocket = load('ws');

// Paho looks for a global one, and has no way to hand over a CA.
globalThis.WebSocket = class extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { ca: authority });
  }
};

run('paho-mqtt', clientMaker(load('paho-mqtt')));
