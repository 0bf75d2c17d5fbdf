// An adapter in a page. The runner calls receive(line); `say` is a binding of the runner's.

import { Door, Server } from './lines.mjs';

export async function run(packageName, makeClient) {
  const address = new URL(window.location.href);
  const door = new Door(address.searchParams.get('door').split(' '));
  const { version } = await (await fetch(`/node_modules/${packageName}/package.json`)).json();
  const server = new Server(door, (line) => window.say(line), makeClient);
  window.receive = (line) => server.receive(line);
  window.say(`ready ${version}`);
}
