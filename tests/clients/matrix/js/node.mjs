// Standard input and output for an adapter in Node: `node adapter.mjs NODE_MODULES` and the door.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

import { Door, Server } from './lines.mjs';

const [modules, ...doorArguments] = process.argv.slice(2);
export const door = new Door(doorArguments);
export const authority = door.isEncrypted ? readFileSync(door.caFile) : undefined;

/** A package of the matrix; they are not installed beside the adapters. */
export function load(name) {
  return createRequire(`${modules}/`)(name);
}

/** Serves commands until `quit` or the end of standard input, then ends the process. */
export function run(packageName, makeClient) {
  const { version } = JSON.parse(readFileSync(`${modules}/${packageName}/package.json`, 'utf8'));
  const say = (line) => process.stdout.write(`${line}\n`);
  const server = new Server(door, say, makeClient);
  say(`ready ${version}`);
  createInterface({ input: process.stdin })
    .on('line', (line) => (line === 'quit' ? process.exit(0) : server.receive(line)))
    .on('close', () => process.exit(0));
}
