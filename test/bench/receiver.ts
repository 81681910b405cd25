import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A destination: answers everything with 204, as soon as it can. */
let received = 0;
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    received++;
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', () => {
  process.send?.({ received });
});
process.once('disconnect', () => process.exit(0));
