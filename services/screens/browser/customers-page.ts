import './ticket-rail-board';
