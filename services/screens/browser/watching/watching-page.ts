import './ticket-rail-watching';
