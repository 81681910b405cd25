import './ticket-rail-destinations';
