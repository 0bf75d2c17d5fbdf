// MQTT.js in Node.

import { authority, load, run } from '../js/node.mjs';
import { clientMaker } from './client.mjs';

run('mqtt', clientMaker(load('mqtt'), authority && { ca: authority }));
