import { servePeer } from './peer';

/** Peer (a), the floor: receives, authenticates, parses and answers; stores nothing. */
servePeer(() => undefined);
