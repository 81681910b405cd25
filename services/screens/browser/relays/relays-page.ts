import './ticket-rail-relays';
