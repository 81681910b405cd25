import './ticket-rail-accesses';
