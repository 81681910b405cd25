import './ticket-rail-locations';
