import { isTimeZone } from '../../../schemas/local-time';
import { zoneRules } from '../../audit/evidence/zone-rules';

/** Identifies the code that makes evidence: that of the Node.js which built this page. */
declare const EVIDENCE_CODE: string;
/** What {@link zoneRules} was there for each zone, by its name in small letters. */
declare const ZONE_RULES: Readonly<Record<string, string>>;

const DEFAULT_ZONE = 'UTC';

/**
 * @returns what identifies the code that makes evidence with the clocks of a zone here. It is that of the build, unless this
 *   browser sets the clocks of the zone by other rules.
 */
export function evidenceCodeHere(zone: string = DEFAULT_ZONE): string {
  const name = zone.toLowerCase();
  const isSame = isTimeZone(zone) && Object.hasOwn(ZONE_RULES, name) && zoneRules(zone) === ZONE_RULES[name];
  return isSame ? EVIDENCE_CODE : `${EVIDENCE_CODE}-with-other-clocks`;
}
