import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setPriority } from 'node:os';

/**
 * A destination: answers everything with 204, as soon as it can. In life it stands on a machine of its own; here it takes
 * what is left of this one, as otherwise its work would be measured for the service's.
 */
setPriority(19);
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.once('disconnect', () => process.exit(0));
