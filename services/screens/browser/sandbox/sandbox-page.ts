import './ticket-rail-sandbox';
